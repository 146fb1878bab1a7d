import { expect } from 'chai';
import { CircuitOpenError, CircuitProtected, circuit } from '#lib/index.js';
import { rejectionOf, unavailable, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

// All callers of an open circuit were given one error, and one fallback value: what one wrote on it, all others read.
describe('What an open circuit answers with', () => {
  virtualTime();

  function open(options: object) {
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name, ...options })(async (_who: string): Promise<unknown> => {
      throw unavailable();
    });
    circuit(name).isolate();
    return ask;
  }

  it('is an error of its own for each caller', async () => {
    const ask = open({});
    const [one, other] = [await rejectionOf(ask('a')), await rejectionOf(ask('b'))];
    expect(one).to.be.instanceOf(CircuitOpenError).and.not.equal(other);
    Object.assign(one as object, { user: 'a', message: 'a was here' });
    expect(other).not.to.have.property('user');
    expect((other as Error).message).not.to.include('a was here');
    expect(await rejectionOf(ask('c'))).not.to.have.property('user');
  });

  it('is an error of its own for each fallback, whether it writes on it, throws it again or throws another', async () => {
    const given: unknown[] = [];
    const ask = open({
      fallback: (error: Error & { user?: string }, who: string) => {
        expect(error).not.to.have.property('user');
        given.push(error);
        error.user = who;
        error.message = `for ${who}`;
        if (who === 'again') throw error;
        if (who === 'another') throw new Error('fallback failed');
        return error.message;
      },
    });
    expect(await ask('a')).to.equal('for a');
    expect(await ask('b')).to.equal('for b');
    expect(await rejectionOf(ask('again'))).to.equal(given[2]);
    expect(await rejectionOf(ask('another'))).to.have.property('cause', given[3]);
    expect(new Set(given).size).to.equal(4);
    for (const error of given) expect(error).to.be.instanceOf(CircuitOpenError);
  });

  it('is a copy of a plain value for each caller, however deep it is, and others as they are', async () => {
    class Shared {
      readonly tags: string[] = [];
    }
    const shared = new Shared();
    const ask = open({ fallback: Object.freeze({ tags: Object.freeze([]), nested: { list: [1] }, shared }) });
    type Answer = { tags: string[]; nested: { list: number[] }; shared: Shared };
    const one = (await ask('a')) as Answer;
    one.tags.push('a');
    one.nested.list.push(2);
    expect(await ask('b')).to.deep.equal({ tags: [], nested: { list: [1] }, shared });
    expect(one.shared).to.equal(shared);
    const list = open({ fallback: [] as string[] });
    ((await list('a')) as string[]).push('a');
    expect(await list('b')).to.deep.equal([]);
    expect(await open({ fallback: shared })('a')).to.equal(shared);
  });
});

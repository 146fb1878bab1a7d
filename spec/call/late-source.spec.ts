import { expect } from 'chai';
import { LateSource } from '#lib/call/late-source.js';
import { rejectionOf } from '../support/upstream.js';

describe('A source whose iterator comes later', () => {
  const begun = (iterator: object): LateSource => {
    const source = new LateSource();
    source.begin(iterator as AsyncIterator<unknown, unknown, unknown>);
    return source;
  };

  it('has begun once it has its iterator, and is its own iterator', () => {
    const source = new LateSource();
    expect(source.hasBegun).to.equal(false);
    expect(source[Symbol.asyncIterator]()).to.equal(source);
    source.begin({ next: async () => ({ value: 1, done: false }) });
    expect(source.hasBegun).to.equal(true);
  });

  it('ends before it has begun', async () => {
    expect(await new LateSource().return('left')).to.deep.equal({ value: 'left', done: true });
    await new LateSource()[Symbol.asyncDispose]();
    const error = new Error('thrown in');
    expect(await rejectionOf(new LateSource().throw(error))).to.equal(error);
  });

  it('passes on what its iterator can do', async () => {
    const seen: unknown[] = [];
    const step = (name: string) => async (value: unknown) => {
      seen.push([name, value]);
      return { value: name, done: name !== 'next' };
    };
    const source = begun({ next: step('next'), return: step('return'), throw: step('throw') });
    expect(await source.next('sent')).to.deep.equal({ value: 'next', done: false });
    expect(await source.throw('error')).to.deep.equal({ value: 'throw', done: true });
    expect(await source.return('value')).to.deep.equal({ value: 'return', done: true });
    await source[Symbol.asyncDispose]();
    expect(seen).to.deep.equal([
      ['next', 'sent'],
      ['throw', 'error'],
      ['return', 'value'],
      ['return', undefined],
    ]);
  });

  it('makes up for what its iterator lacks, and for an end without a result', async () => {
    const next = async (): Promise<object> => ({ value: 1, done: false });
    expect(await begun({ next }).return('left')).to.deep.equal({ value: 'left', done: true });
    expect(await begun({ next, return: async () => undefined }).return('left')).to.deep.equal({
      value: 'left',
      done: true,
    });
    let ended = 0;
    const error = new Error('thrown in');
    const closing = begun({ next, return: async () => ({ value: (ended += 1), done: true }) });
    expect(await rejectionOf(closing.throw(error))).to.equal(error);
    expect(ended).to.equal(1);
  });

  for (const [what, result] of [
    ['undefined', undefined],
    ['object', null],
    ['string', 'done'],
  ] as const)
    it(`refuses ${String(result)} as a result`, async () => {
      const broken = async (): Promise<unknown> => result;
      for (const refused of [begun({ next: broken }).next(), begun({ next: broken, throw: broken }).throw('x')])
        expect(await rejectionOf(refused))
          .to.be.instanceOf(TypeError)
          .with.property('message', `expected an iterator's result, an object with value and done, got ${what}`);
    });

  it('fails where the result says only by an exception whether it is the last', async () => {
    const error = new Error('no answer');
    const throwing = {
      get done(): boolean {
        throw error;
      },
    };
    expect(await rejectionOf(begun({ next: async () => throwing }).next())).to.equal(error);
  });
});

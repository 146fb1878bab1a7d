import { expect } from 'chai';
import { isLed, lead, leadStream } from '#lib/policies/retry/leading.js';
import { deferred } from '../../support/upstream.js';

describe('A call that alone may repeat', () => {
  it('leads what runs in it, and nothing beside it', async () => {
    const end = deferred();
    const led = lead(async () => {
      await end.promise;
      return isLed();
    });
    expect(isLed()).to.equal(false);
    end.resolve(0);
    expect(await led).to.equal(true);
    expect(isLed()).to.equal(false);
  });

  it('goes on leading when another one beside it has ended', async () => {
    const end = deferred();
    const led = lead(async () => {
      await end.promise;
      return isLed();
    });
    await lead(async () => undefined);
    end.resolve(0);
    expect(await led).to.equal(true);
  });

  it('leads a stream in each of its steps, also as its consumer throws into it or leaves it', async () => {
    const seen: [step: string, given: unknown, led: boolean][] = [];
    async function* source(): AsyncGenerator<unknown, unknown, unknown> {
      try {
        seen.push(['next', undefined, isLed()]);
        seen.push(['sent', yield 'a', isLed()]);
        try {
          yield 'b';
        } catch (error) {
          seen.push(['throw', error, isLed()]);
        }
        yield 'c';
      } finally {
        seen.push(['return', undefined, isLed()]);
      }
      return 'unreached';
    }
    const stream = leadStream(source());
    expect(await stream.next()).to.deep.equal({ value: 'a', done: false });
    expect(isLed()).to.equal(false);
    expect(await stream.next('given')).to.deep.equal({ value: 'b', done: false });
    expect(await stream.throw('thrown')).to.deep.equal({ value: 'c', done: false });
    expect(await stream.return('left')).to.deep.equal({ value: 'left', done: true });
    expect(seen).to.deep.equal([
      ['next', undefined, true],
      ['sent', 'given', true],
      ['throw', 'thrown', true],
      ['return', undefined, true],
    ]);
  });
});

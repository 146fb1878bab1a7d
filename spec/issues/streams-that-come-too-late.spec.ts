import { expect } from 'chai';
import { Hedged, RetryOnTransient, TimeLimited } from '#lib/index.js';
import { deferred, rejectionOf, turn } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

// An attempt that had lost or was out of time might still succeed with a stream, which nobody closed.
describe('A stream that comes when its attempt is over', () => {
  const world = virtualTime();
  const closed: string[] = [];
  beforeEach(() => {
    closed.length = 0;
  });

  type Open = () => Promise<AsyncIterable<string>>;

  const iterable = (name: string): AsyncIterable<string> => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ value: name, done: false }),
      return: async () => {
        closed.push(name);
        return { value: undefined, done: true };
      },
    }),
  });

  async function first(chunks: AsyncIterable<string>): Promise<string | undefined> {
    for await (const chunk of chunks) return chunk;
    return undefined;
  }

  it('is closed if a time limit has ended, whether right around the method or further out', async () => {
    const decorators: ((method: Open) => Open)[] = [
      TimeLimited('1s'),
      (method: Open) => TimeLimited('1s')(RetryOnTransient()(method)),
      (method: Open) => TimeLimited('1s')(RetryOnTransient()(TimeLimited('1s')(method))),
    ];
    for (const decorate of decorators) {
      closed.length = 0;
      const late = deferred<AsyncIterable<string>>();
      const failed = rejectionOf(decorate(async () => late.promise)());
      await world.clock.advance('1s');
      expect(await failed).to.have.property('name', 'TimeLimitError');
      late.resolve(iterable('late'));
      await turn();
      expect(closed).to.deep.equal(['late']);
    }
  });

  it('is closed if another attempt has won, and the winner is read', async () => {
    const decorators: ((method: Open) => Open)[] = [
      Hedged({ after: '1s' }),
      (method: Open) => Hedged({ after: '1s' })(TimeLimited('1m')(method)),
    ];
    for (const decorate of decorators) {
      closed.length = 0;
      const slow = deferred<AsyncIterable<string>>();
      const fast = deferred<AsyncIterable<string>>();
      const answers = [slow, fast];
      const asked = decorate(async () => answers.shift()!.promise)();
      await world.clock.advance('1s');
      fast.resolve(iterable('fast'));
      const won = await asked;
      slow.resolve(iterable('slow'));
      await turn();
      expect(closed).to.deep.equal(['slow']);
      expect(await first(won)).to.equal('fast');
      await turn();
      expect(closed).to.deep.equal(['slow', 'fast']);
    }
  });

  it('is ignored if it cannot be read', async () => {
    const late = deferred<AsyncIterable<string>>();
    const failed = rejectionOf(TimeLimited('1s')(async () => late.promise)());
    await world.clock.advance('1s');
    await failed;
    late.resolve({
      [Symbol.asyncIterator]: () => {
        throw new Error('no');
      },
    });
    await turn();
  });

  it('fails its reader if the limit has ended before he begins, and is closed then', async () => {
    const chunks = await TimeLimited('1s')(async () => iterable('unread'))();
    await world.clock.advance('1s');
    expect(await rejectionOf(first(chunks))).to.have.property('name', 'TimeLimitError');
    await turn();
    expect(closed).to.deep.equal(['unread']);
  });
});

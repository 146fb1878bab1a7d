import { expect } from 'chai';
import { ConcurrencyLimited, RetryOnTransient, TimeLimited } from '#lib/index.js';
import { rejectionOf, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

// What a consumer threw into a stream, and what went wrong as he left it, was told as a broken stream and shrank an
// adaptive limit, though the upstream had done nothing.
describe('What a consumer throws into a stream', () => {
  const world = virtualTime();

  async function* twoChunks(): AsyncGenerator<string> {
    yield 'a';
    yield 'b';
  }

  it('is not told as a broken stream, nor is what goes wrong as he leaves', async () => {
    const thrown = RetryOnTransient()(twoChunks)();
    await thrown.next();
    await rejectionOf(thrown.throw(unavailable()));
    const left = RetryOnTransient()(async function* () {
      try {
        yield 'a';
      } finally {
        await Promise.reject(unavailable());
      }
    })();
    await left.next();
    await rejectionOf(left.return(undefined));
    expect(world.events).to.have.lengthOf(0);
  });

  it('is told where it is a time limit that ends the stream while nobody reads', async () => {
    const stream = TimeLimited('1s')(RetryOnTransient()(twoChunks))();
    await stream.next();
    await world.clock.advance('1s');
    expect(world.events.map(({ type }) => type)).to.deep.equal(['time_limited', 'stream_broken']);
  });

  it('does not shrink an adaptive limit', async () => {
    const read = ConcurrencyLimited({ limit: 'adaptive' })(twoChunks);
    for (let i = 0; i < 10; i++) {
      const stream = read();
      await stream.next();
      await rejectionOf(stream.throw(unavailable()));
    }
    const open = [...Array(20)].map(() => read());
    expect((await Promise.all(open.map((stream) => stream.next()))).map(({ value }) => value)).to.deep.equal(
      Array(20).fill('a'),
    );
    await Promise.all(open.map((stream) => stream.return(undefined)));
  });
});

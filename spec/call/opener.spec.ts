import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { Opener, opens as opensOf } from '#lib/call/opener.js';
import { OpenStream } from '#lib/call/open-stream.js';
import { Opening } from '#lib/call/opening.js';
import type { Next, Stream } from '#lib/call/policy.js';
import type { Tie } from '#lib/call/readable.js';
import { CallStats } from '#lib/call/stats.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf } from '../support/method-context.js';
import { deferred, rejectionOf, turn, watch } from '../support/upstream.js';

const DONE = { value: undefined, done: true };

describe('The stream of a call that is being opened', () => {
  const context = contextOf(new FakeClock(0));
  let calls = 0;
  let call = callOf();
  beforeEach(() => {
    calls = 0;
    call = callOf();
  });

  const opens = (method: (self: unknown, args: readonly unknown[], call?: Call) => Stream): Next =>
    opensOf(method, context);

  function callOf(): Call {
    return new Call(context, 'self', ['argument'], UNGUARDED);
  }

  const opener = (open: Next): Opener =>
    new Opener((...given) => {
      calls += 1;
      return open(...given);
    }, call);

  async function* letters(): AsyncGenerator<string, string, unknown> {
    yield 'a';
    yield 'b';
    return 'c';
  }

  it('runs nothing until its first chunk is asked for, then once', async () => {
    const seen: unknown[] = [];
    const stream = opener(
      opens((self, args) => {
        seen.push(self, args);
        return letters();
      }),
    );
    expect(stream[Symbol.asyncIterator]()).to.equal(stream);
    expect(calls).to.equal(0);
    const results = [stream.next(), stream.next(), stream.next(), stream.next()];
    expect(await Promise.all(results)).to.deep.equal([
      { value: 'a', done: false },
      { value: 'b', done: false },
      { value: 'c', done: true },
      DONE,
    ]);
    expect(calls).to.equal(1);
    expect(seen).to.deep.equal(['self', ['argument']]);
    expect(await stream.next()).to.deep.equal(DONE);
  });

  it('gives the first request what it fails with, the others the end, and throws back what was thrown in', async () => {
    const error = new Error('x');
    const stream = opener(() => Promise.reject(error));
    const [first, second, third] = [stream.next(), stream.next(), stream.throw('thrown in')].map(watch);
    await turn();
    expect(first?.settled).to.deep.equal({ done: true, error });
    expect(second?.settled).to.deep.equal({ done: true, value: DONE });
    expect(third?.settled).to.deep.equal({ done: true, error: 'thrown in' });
    expect(await stream.next()).to.deep.equal(DONE);
    expect(calls).to.equal(1);
  });

  it('is one chunk if a policy answers with a value', async () => {
    const stream = opener(() => Promise.resolve('answer'));
    expect(await Promise.all([stream.next(), stream.next()])).to.deep.equal([{ value: 'answer', done: false }, DONE]);
  });

  it('ends without a call if it is left, disposed of, dropped or thrown into before it is read', async () => {
    const unread = (): Opener => opener(() => expect.fail('it was opened'));
    const left = unread();
    expect(await left.return(Promise.resolve('bye'))).to.deep.equal({ value: 'bye', done: true });
    const disposed = unread();
    await disposed[Symbol.asyncDispose]();
    const dropped = unread();
    expect(dropped.drop()).to.equal(false);
    const thrown = unread();
    const error = new Error('x');
    expect(await rejectionOf(thrown.throw(error))).to.equal(error);
    for (const stream of [left, disposed, dropped, thrown]) expect(await stream.next()).to.deep.equal(DONE);
    expect(await rejectionOf(left.throw(error))).to.equal(error);
    expect(calls).to.equal(0);
  });

  it('settles what is asked for when it is left meanwhile, ends the call, and closes what opens too late', async () => {
    const late = deferred<Opening>();
    let closed = 0;
    const stream = opener(() => late.promise);
    const [first, second] = [stream.next(), stream.throw('thrown in')].map(watch);
    expect(await stream.return('bye')).to.deep.equal({ value: 'bye', done: true });
    expect(first?.settled).to.deep.equal({ done: true, value: DONE });
    expect(second?.settled).to.deep.equal({ done: true, error: 'thrown in' });
    expect(call.stop.cause).to.equal('aborted');
    expect(call.stop.error).to.have.property('name', 'AbortError');
    const source = (async function* () {
      try {
        yield 'a';
      } finally {
        closed += 1;
      }
    })();
    late.resolve(new Opening(new OpenStream(source, await source.next(), undefined)));
    await turn();
    expect(closed).to.equal(1);
  });

  it('ignores a failure or an answer that comes after it was left', async () => {
    for (const settle of [() => Promise.reject(new Error('late')), () => Promise.resolve('late')]) {
      const late = deferred();
      const stream = opener(() => late.promise.then(settle));
      const first = watch(stream.next());
      await stream.return();
      late.resolve(undefined);
      await turn();
      expect(first.settled).to.deep.equal({ done: true, value: DONE });
    }
  });

  it('does not end the call of a stream that was opened and read to its end', async () => {
    const stream = opener(opens(letters));
    const chunks: unknown[] = [];
    for await (const chunk of stream as AsyncIterable<unknown>) chunks.push(chunk);
    expect(chunks).to.deep.equal(['a', 'b']);
    expect(call.stop.cause).to.equal(undefined);
    expect(await stream.return('again')).to.deep.equal({ value: 'again', done: true });
  });

  it('closes its source if it is left, thrown into, disposed of or dropped once it is open', async () => {
    const ends: ((stream: Opener) => unknown)[] = [
      (stream) => stream.return(),
      (stream) => rejectionOf(stream.throw(new Error('x'))),
      (stream) => stream[Symbol.asyncDispose](),
      (stream) => expect(stream.drop()).to.equal(true),
    ];
    for (const end of ends) {
      let closed = 0;
      const stream = opener(
        opens(async function* () {
          try {
            yield* letters();
          } finally {
            closed += 1;
          }
        }),
      );
      await stream.next();
      await end(stream);
      await turn();
      expect(closed).to.equal(1);
      expect(await stream.next()).to.deep.equal(DONE);
      expect(stream.drop()).to.equal(false);
    }
  });

  it('closes a source whose first chunk is pending when it is left', async () => {
    const first = deferred();
    let closed = 0;
    const source: Stream = {
      next: () => first.promise as Promise<never>,
      return: async () => {
        closed += 1;
        return { value: undefined, done: true };
      },
      throw: () => Promise.reject(new Error('not asked for')),
      [Symbol.asyncIterator]: () => source,
    };
    const stream = opener(opens(() => source));
    const pending = watch(stream.next());
    await stream.return();
    await turn();
    expect(pending.settled).to.deep.equal({ done: true, value: DONE });
    expect(closed).to.equal(1);
    first.resolve({ value: 'late', done: false });
    await turn();
  });

  it('fails if the method throws before it makes a stream', async () => {
    const error = new Error('no stream');
    const stream = opener(
      opens(() => {
        throw error;
      }),
    );
    expect(await rejectionOf(stream.next())).to.equal(error);
  });

  it('runs its method also without a call, and counts the attempt', async () => {
    const own = { ...context, stats: new CallStats() };
    const opening = await opensOf(letters, own)('self', []);
    expect(Opening.is(opening)).to.equal(true);
    expect(own.stats.attempts).to.equal(1);
    await opensOf(letters, own)('self', [], call);
    expect([own.stats.attempts, call.attempts, call.attempt]).to.deep.equal([2, 1, 1]);
  });

  it('is tied to its reader, who is told of the stream that was opened', async () => {
    const tie: Tie = { stream: undefined, reader: undefined };
    const stream = opener(opens(letters));
    stream.tieTo(tie);
    expect(tie.stream).to.equal(stream);
    const told: unknown[] = [];
    tie.reader = { readFrom: (opened) => void told.push(opened) };
    await stream.next();
    expect(told).to.have.lengthOf(1);
    expect(told[0]).to.be.instanceOf(OpenStream).and.to.equal(tie.stream);
    expect(tie.reader).to.equal(undefined);
    for (const reader of [undefined, {}]) {
      const other = opener(opens(letters));
      other.tieTo({ stream: undefined, reader });
      expect(await other.next()).to.deep.equal({ value: 'a', done: false });
    }
  });

  it('lets go of its reader when it is over before it was opened', async () => {
    for (const end of [
      (stream: Opener) => stream.return(),
      (stream: Opener) => stream.drop(),
      (stream: Opener) => rejectionOf(stream.throw('x')),
    ]) {
      const tie: Tie = { stream: undefined, reader: undefined };
      const stream = opener(opens(letters));
      stream.tieTo(tie);
      tie.reader = {};
      await end(stream);
      expect(tie).to.deep.equal({ stream: undefined, reader: undefined });
    }
  });
});

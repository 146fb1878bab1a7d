import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import type { Readable, Tie } from '#lib/call/readable.js';
import { handOut, tieTo } from '#lib/call/reader.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf } from '../support/method-context.js';
import { library, runProgram } from '../support/program.js';
import { turn } from '../support/upstream.js';

/** What every program here begins with: how many of `count` streams live on when nobody refers to them. */
const PROLOGUE = `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  import {
    CircuitProtected, ConcurrencyLimited, configure, onEvent, RespectRateLimit, RetryOnTransient,
  } from ${library('index.js')};
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  configure({ settings: { log: { level: 'silent' } } });

  async function until(isDone) {
    for (let i = 0; i < 200 && !isDone(); i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  // A registry that is collected itself calls nobody.
  const registries = [];
  async function survivors(make, count = 200) {
    let alive = 0;
    const registry = new FinalizationRegistry(() => (alive -= 1));
    registries.push(registry);
    for (let i = 0; i < count; i++) {
      registry.register(await make());
      alive += 1;
    }
    // The engine may keep the last one in a register.
    await until(() => alive <= 2);
    return alive;
  }
  const source = async function* source() {
    yield 'a';
    yield 'b';
    yield 'c';
  };
  const stack = (method) =>
    [CircuitProtected(), RetryOnTransient(), RespectRateLimit(), ConcurrencyLimited({ limit: 100_000 })].reduceRight(
      (fn, decorator) => decorator(fn),
      method,
    );
  const drain = async (stream) => {
    for await (const chunk of stream) void chunk;
    return stream;
  };
`;

async function answerOf(program: string): Promise<unknown> {
  const ended = await runProgram(`${PROLOGUE}${program}`);
  expect(ended.stderr).to.equal('');
  expect(ended.code).to.equal(0);
  return JSON.parse(ended.stdout);
}

describe('A stream that nobody refers to', () => {
  it('is collected, however far it was read and however it ended', async function () {
    this.timeout(30_000);
    const alive = await answerOf(`
      const read = stack(source);
      const failing = stack(async function* failing() {
        yield 'a';
        throw new Error('x');
      });
      const reads = (count) => async () => {
        const stream = read();
        for (let n = 0; n < count; n++) await stream.next();
        return stream;
      };
      console.log(JSON.stringify({
        unread: await survivors(reads(0)),
        first: await survivors(reads(1)),
        midway: await survivors(reads(2)),
        ended: await survivors(reads(4)),
        readPastItsEnd: await survivors(reads(6)),
        drained: await survivors(() => drain(read())),
        left: await survivors(async () => {
          const stream = read();
          for await (const chunk of stream) break;
          return stream;
        }),
        leftTwice: await survivors(async () => {
          const stream = read();
          await stream.next();
          await stream.return();
          await stream.return();
          return stream;
        }),
        leftUnread: await survivors(async () => {
          const stream = read();
          await stream.return();
          await stream.next();
          return stream;
        }),
        thrownInto: await survivors(async () => {
          const stream = read();
          await stream.next();
          await stream.throw(new Error('x')).catch(() => undefined);
          return stream;
        }),
        failed: await survivors(async () => {
          const stream = failing();
          await drain(stream).catch(() => undefined);
          return stream;
        }),
      }));
    `);
    for (const [how, count] of Object.entries(alive as Record<string, number>)) expect(count, how).to.be.below(3);
  });

  it('is collected if a method resolved to it, read or not, whatever its iterator refers to', async function () {
    this.timeout(30_000);
    const alive = await answerOf(`
      class Answer {
        async *[Symbol.asyncIterator]() {
          yield this;
          yield this;
        }
      }
      class Bound {
        constructor() {
          this[Symbol.asyncIterator] = () => this.chunks();
        }
        async *chunks() {
          yield 'a';
        }
      }
      const kinds = { generator: async () => source(), answer: async () => new Answer(), bound: async () => new Bound() };
      const counts = {};
      for (const [kind, method] of Object.entries(kinds)) {
        const open = stack(method);
        counts[kind + ' unread'] = await survivors(open);
        counts[kind + ' drained'] = await survivors(async () => drain(await open()));
        counts[kind + ' midway'] = await survivors(async () => {
          const stream = await open();
          await stream[Symbol.asyncIterator]().next();
          return stream;
        });
      }
      console.log(JSON.stringify(counts));
    `);
    for (const [how, count] of Object.entries(alive as Record<string, number>)) expect(count, how).to.be.below(3);
  });

  it('brings its permit and its lease back when it is collected, and says so once', async function () {
    this.timeout(30_000);
    const seen = await answerOf(`
      const events = [];
      onEvent(({ type, method }) => events.push(type + ' ' + method));
      const limited = ConcurrencyLimited({ limit: 2 });
      const read = limited(source);
      const open = limited(async function opened() {
        return source();
      });
      const rejected = async (call) => call.then(() => false, ({ name }) => name === 'ConcurrencyLimitError');
      const dropMidway = async () => {
        const stream = read();
        await stream.next();
        await stream.next();
      };
      for (let i = 0; i < 2; i++) await dropMidway();
      const wasFull = await rejected(read().next());
      await until(() => events.filter((event) => event === 'stream_dropped source').length === 2);
      const chunks = [];
      for await (const chunk of read()) chunks.push(chunk);

      const openTwice = async () => {
        await open();
        await open();
      };
      await openTwice();
      const wasFullAgain = await rejected(open());
      await until(() => events.filter((event) => event === 'stream_dropped opened').length === 2);
      const opened = [];
      for await (const chunk of await open()) opened.push(chunk);
      console.log(JSON.stringify({
        wasFull, wasFullAgain, chunks, opened,
        dropped: events.filter((event) => event.startsWith('stream_dropped')),
      }));
    `);
    expect(seen).to.deep.equal({
      wasFull: true,
      wasFullAgain: true,
      chunks: ['a', 'b', 'c'],
      opened: ['a', 'b', 'c'],
      dropped: ['stream_dropped source', 'stream_dropped source', 'stream_dropped opened', 'stream_dropped opened'],
    });
  });

  it('is kept while somebody waits for a chunk of it', async function () {
    this.timeout(30_000);
    const seen = await answerOf(`
      let answer;
      const read = ConcurrencyLimited({ limit: 1 })(async function* slow() {
        yield 'a';
        yield await new Promise((resolve) => (answer = resolve));
      });
      const begin = async () => {
        const stream = read();
        await stream.next();
        return stream.next();
      };
      const pending = begin();
      let isSettled = false;
      pending.then(() => (isSettled = true));
      for (let i = 0; i < 10; i++) {
        collectGarbage();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const wasSettled = isSettled;
      answer('b');
      console.log(JSON.stringify([wasSettled, await pending]));
    `);
    expect(seen).to.deep.equal([false, { value: 'b', done: false }]);
  });
});

describe('The reader of a stream', () => {
  let collectGarbage: () => void;
  before(() => {
    setFlagsFromString('--expose-gc');
    collectGarbage = runInNewContext('gc') as () => void;
  });

  /** A stream that answers nothing and counts how often it is dropped. */
  class Endless implements Readable {
    drops = 0;
    tie: Tie | undefined;
    readonly asked: unknown[] = [];

    constructor(readonly isOpen = true) {}

    tieTo(tie: Tie): void {
      tie.stream = this;
      this.tie = tie;
    }

    drop(): boolean {
      this.drops += 1;
      return this.isOpen;
    }

    next = (sent?: unknown): Promise<never> => this.#ask('next', sent);
    return = (value?: unknown): Promise<never> => this.#ask('return', value);
    throw = (error: unknown): Promise<never> => this.#ask('throw', error);

    #ask(step: string, value: unknown): Promise<never> {
      this.asked.push([step, value]);
      return new Promise(() => undefined);
    }

    [Symbol.asyncIterator](): this {
      return this;
    }

    async [Symbol.asyncDispose](): Promise<void> {}
  }

  const sum = (streams: readonly Endless[]): number => streams.reduce((total, { drops }) => total + drops, 0);

  async function collected(streams: readonly Endless[], expected: number): Promise<void> {
    for (let i = 0; i < 200 && sum(streams) < expected; i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it('drops its stream when it is collected, and tells of it if that was not over', async () => {
    const context = contextOf(new FakeClock(0));
    // Far more in one turn than are kept without looking through them.
    const streams = Array.from({ length: 300 }, (_, i) => new Endless(i % 3 === 0));
    for (const stream of streams) handOut(stream, context);
    await collected(streams, 290);
    // The engine may keep the last one in a register.
    expect(sum(streams)).to.be.within(290, 300);
    for (const { drops } of streams) expect(drops).to.be.at.most(1);
    expect(context.told.length).to.equal(streams.filter(({ isOpen, drops }) => isOpen && drops > 0).length);
    expect(context.told[0]).to.deep.equal({
      channel: 'stream_dropped',
      type: 'stream_dropped',
      method: 'Service.ask',
    });
  });

  it('needs nobody who hears of that', async () => {
    const streams = Array.from({ length: 20 }, () => new Endless());
    const unheard = contextOf(new FakeClock(0), false);
    for (const stream of streams) handOut(stream, unheard);
    await collected(streams, 15);
    expect(sum(streams)).to.be.at.least(15);
    await turn();
    expect(unheard.told).to.deep.equal([]);
  });

  it('says nothing of a stream that ended before, in the same turn or later', async () => {
    const context = contextOf(new FakeClock(0));
    const forty = (): Endless[] => Array.from({ length: 40 }, () => new Endless());
    const [atOnce, later, open] = [forty(), forty(), forty()];
    for (let i = 0; i < 40; i++) {
      for (const streams of [atOnce, later, open]) handOut(streams[i] as Endless, context);
      const { tie } = atOnce[i] as Endless;
      if (tie) tie.stream = undefined;
    }
    await turn();
    for (const { tie } of later) if (tie) tie.stream = undefined;
    await collected(open, 35);
    expect([sum(atOnce), sum(later)]).to.deep.equal([0, 0]);
    expect(sum(open)).to.be.at.least(35);
  });

  it('stays in memory while it is being asked', async () => {
    const context = contextOf(new FakeClock(0));
    const asked = Array.from({ length: 20 }, () => new Endless());
    const idle = Array.from({ length: 20 }, () => new Endless());
    for (const stream of asked) void handOut(stream, context).next('sent');
    for (const stream of idle) handOut(stream, context);
    await collected(idle, 15);
    expect(sum(idle)).to.be.at.least(15);
    expect(sum(asked)).to.equal(0);
    expect(asked[0]?.asked).to.deep.equal([['next', 'sent']]);
    for (const { tie } of asked) {
      expect(tie?.reader).to.be.an('asyncgenerator');
      if (tie) tie.reader = undefined;
    }
    await collected(asked, 15);
    expect(sum(asked)).to.be.at.least(15);
  });

  it('passes on what it is asked, and goes on with another stream', () => {
    const [one, other] = [new Endless(), new Endless()];
    const stream = handOut(one, contextOf(new FakeClock(0)));
    void stream.return('value');
    void stream.throw('error');
    expect(one.tie?.reader).to.equal(stream);
    if (one.tie) Object.assign(one.tie, { stream: undefined, reader: undefined });
    (stream as unknown as { readFrom(stream: Readable): void }).readFrom(other);
    void stream.next('sent');
    void (Reflect.get(stream, Symbol.asyncDispose) as () => Promise<void>).call(stream);
    expect(one.asked).to.deep.equal([
      ['return', 'value'],
      ['throw', 'error'],
    ]);
    expect(other.asked).to.deep.equal([
      ['next', 'sent'],
      ['return', undefined],
    ]);
    // A stream that is over keeps nobody.
    expect(one.tie?.reader).to.equal(undefined);
    expect(stream[Symbol.asyncIterator]()).to.equal(stream);
  });

  it('is not kept with its stream until the turn is over if that has ended', () => {
    const context = contextOf(new FakeClock(0));
    const inUse = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = inUse();
    // 40 kB each, 80 MB together, in one turn.
    for (let i = 0; i < 2000; i++) {
      const stream = new Endless();
      stream.asked.push(Array.from({ length: 5000 }, () => i));
      handOut(stream, context);
      if (stream.tie) stream.tie.stream = undefined;
    }
    expect(inUse() - before).to.be.below(10_000_000);
  });

  it('may be any object', async () => {
    const context = contextOf(new FakeClock(0));
    const streams = Array.from({ length: 20 }, () => new Endless());
    const kept = {};
    for (const stream of streams.slice(1)) tieTo({}, stream, context);
    tieTo(kept, streams[0] as Endless, context);
    await collected(streams, 15);
    expect(sum(streams)).to.be.at.least(15);
    expect([streams[0]?.drops, typeof kept]).to.deep.equal([0, 'object']);
  });
});

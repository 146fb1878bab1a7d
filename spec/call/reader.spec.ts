import { expect } from 'chai';
import { library, runProgram } from '../support/program.js';

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

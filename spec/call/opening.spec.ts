import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { discardUnread, openingOf, Opening } from '#lib/call/opening.js';
import { OpenStream, type StreamEnd, watchEnd } from '#lib/call/open-stream.js';
import { Scope } from '#lib/call/scope.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf, type TestContext } from '../support/method-context.js';
import { rejectionOf, turn } from '../support/upstream.js';

describe('An object that a call succeeded with', () => {
  const context = contextOf(new FakeClock());
  let seen: unknown[] = [];
  beforeEach(() => {
    seen = [];
  });

  /** The value, whose end as a stream is noted. */
  function followed<T>(value: T): T {
    const opening = openingOf(value, context);
    if (!opening) throw new Error('not a stream');
    opening.rest = watchEnd(opening.rest, {
      ended: (how: StreamEnd, error: unknown, chunks: number) => seen.push([how, error, chunks]),
    });
    return value;
  }

  async function* letters(): AsyncGenerator<string, string, unknown> {
    yield 'a';
    yield 'b';
    return 'c';
  }

  /** An iterable with parts that must stay as they are. */
  class Answer {
    readonly controller = new AbortController();
    #chunks = ['a', 'b'];
    closed = 0;
    failure: Error | undefined;

    get size(): number {
      return this.#chunks.length;
    }

    async *[Symbol.asyncIterator](): AsyncGenerator<string> {
      try {
        yield* this.#chunks;
        if (this.failure) throw this.failure;
      } finally {
        this.closed += 1;
      }
    }
  }

  async function collect<T>(chunks: AsyncIterable<T>): Promise<T[]> {
    const all: T[] = [];
    for await (const chunk of chunks) all.push(chunk);
    return all;
  }

  /** As `for await` does. */
  const read = (value: { [Symbol.asyncIterator](): unknown }): AsyncGenerator =>
    value[Symbol.asyncIterator]() as AsyncGenerator;

  describe('that is an async iterable', () => {
    it('stays the same object, of the same class, with all it has, except how it is iterated', async () => {
      const answer = new Answer();
      const { controller } = answer;
      const names = Reflect.ownKeys(answer);
      expect(followed(answer)).to.equal(answer).and.to.be.instanceOf(Answer);
      expect(Object.keys(answer)).to.deep.equal(names);
      expect(Reflect.ownKeys(answer)).to.deep.equal([...names, Symbol.asyncIterator]);
      expect(answer).to.include({ controller, size: 2, closed: 0 });
      expect(await collect(answer)).to.deep.equal(['a', 'b']);
    });

    it('ends as its iteration does', async () => {
      await collect(followed(new Answer()));
      for await (const chunk of followed(new Answer())) {
        expect(chunk).to.equal('a');
        break;
      }
      const failing = new Answer();
      failing.failure = new Error('x');
      expect(await rejectionOf(collect(followed(failing)))).to.equal(failing.failure);
      expect(failing.closed).to.equal(1);
      expect(seen).to.deep.equal([
        ['completed', undefined, 2],
        ['left', undefined, 1],
        ['failed', failing.failure, 2],
      ]);
    });

    it('is followed once, whoever looks at it, and iterated by itself from the second time on', async () => {
      const answer = followed(new Answer());
      expect(openingOf(answer, context)).to.equal(openingOf(answer, context)).and.to.be.instanceOf(Opening);
      await collect(answer);
      expect(await collect(answer)).to.deep.equal(['a', 'b']);
      expect(seen).to.have.lengthOf(1);
      expect(answer.closed).to.equal(2);
    });

    it('fails if it cannot be iterated', async () => {
      const error = new Error('no connection');
      const broken = followed({
        [Symbol.asyncIterator]: (): AsyncIterator<unknown> => {
          throw error;
        },
      });
      expect(await rejectionOf(collect(broken))).to.equal(error);
      await turn();
      expect(await rejectionOf(collect(broken))).to.equal(error);
      await turn();
      expect(seen).to.deep.equal([['failed', error, 0]]);
    });

    it('fails its reader if its iterator is broken, and settles all the same', async () => {
      const odd = new Error('odd');
      const throwing = {
        get done() {
          throw odd;
        },
      }; // prettier-ignore
      for (const result of [undefined, null, 7, throwing]) {
        const iterator = { next: async () => result, return: async () => result, throw: async () => result };
        const broken = followed({ [Symbol.asyncIterator]: () => iterator as never });
        expect(await rejectionOf(collect(broken))).to.be.instanceOf(Error);
      }
      expect(await rejectionOf(collect(followed({ [Symbol.asyncIterator]: () => ({}) as never })))).to.be.instanceOf(
        TypeError,
      );
      expect(seen.map((end) => (end as unknown[])[0])).to.deep.equal(Array(5).fill('failed'));
    });

    it('closes an iterator that cannot throw, and throws', async () => {
      const steps: unknown[] = [];
      const iterator = {
        next: async () => ({ value: 'a', done: false }),
        return: async () => {
          steps.push('return');
          return { value: undefined, done: true as const };
        },
      };
      const stream = read(followed({ [Symbol.asyncIterator]: () => iterator }));
      await stream.next();
      const error = new Error('x');
      expect(await rejectionOf(stream.throw(error))).to.equal(error);
      expect(steps).to.deep.equal(['return']);
      expect(seen).to.deep.equal([['left', error, 1]]);
    });

    it('ends when it is left, also if its iterator cannot be', async () => {
      const iterator = { next: async () => ({ value: 'a', done: false }) };
      const stream = read(followed({ [Symbol.asyncIterator]: () => iterator }));
      await stream.next();
      expect(await stream.return('bye')).to.deep.equal({ value: 'bye', done: true });
      expect(await stream.next()).to.deep.equal({ value: undefined, done: true });
      expect(seen).to.deep.equal([['left', undefined, 1]]);
    });
  });

  describe('that is its own iterator', () => {
    it('may be read step by step, and hands on what is sent, thrown and returned', async () => {
      const sent: unknown[] = [];
      const echo = followed(
        (async function* () {
          sent.push(yield 'a');
          try {
            yield 'b';
          } catch (error) {
            sent.push(error);
          }
          return 'c';
        })(),
      );
      expect(echo[Symbol.asyncIterator]()).to.equal(echo);
      expect([await echo.next(), await echo.next(1), await echo.throw(2), await echo.next()]).to.deep.equal([
        { value: 'a', done: false },
        { value: 'b', done: false },
        { value: 'c', done: true },
        { value: undefined, done: true },
      ]);
      expect(sent).to.deep.equal([1, 2]);
      expect(seen).to.deep.equal([['completed', undefined, 2]]);
    });

    it('ends as its steps do, whether they are made by hand or by a loop', async () => {
      const error = new Error('x');
      const failing = followed(
        (async function* () {
          yield 'a';
          throw error;
        })(),
      );
      await failing.next();
      expect(await rejectionOf(failing.next())).to.equal(error);
      const left = followed(letters());
      await left.next();
      expect(await left.return('bye')).to.deep.equal({ value: 'bye', done: true });
      const both = followed(letters());
      expect(await both.next()).to.deep.equal({ value: 'a', done: false });
      expect(await collect(both)).to.deep.equal(['b']);
      expect(seen).to.deep.equal([
        ['failed', error, 1],
        ['left', undefined, 1],
        ['completed', undefined, 2],
      ]);
    });

    it('can be left if its iterator cannot', async () => {
      const steps = followed({
        next: async () => ({ value: 'a', done: false }),
        [Symbol.asyncIterator]() {
          return this;
        },
      });
      expect(steps).not.to.have.property('throw');
      for await (const chunk of steps) {
        expect(chunk).to.equal('a');
        break;
      }
      expect(seen).to.deep.equal([['left', undefined, 1]]);
    });
  });

  describe('that can be read in another way', () => {
    const iterable = { [Symbol.asyncIterator]: letters };
    const kinds: Record<string, object> = {
      'a Node stream': Readable.from(['a']),
      'a web stream': new ReadableStream(),
      'a response': new Response('a'),
      'an event emitter': Object.assign(new EventEmitter(), iterable),
      'an event target': Object.assign(new EventTarget(), iterable),
      'a page of a list': { ...iterable, data: ['a'], getPaginatedItems: () => ['a'] },
      'a pager': { ...iterable, nextPage: () => undefined },
      'an iterator of pages': { ...iterable, byPage: letters },
      'an array that is iterable both ways': Object.assign(['a'], iterable),
      'a frozen one': Object.freeze({ ...iterable }),
      'one that cannot be extended': Object.preventExtensions({ ...iterable }),
      'a map': new Map(),
      'a plain object': {},
    };

    for (const [name, value] of Object.entries(kinds)) {
      it(`is left as it is: ${name}`, () => {
        const descriptors = Object.getOwnPropertyDescriptors(value);
        expect(openingOf(value, context)).to.equal(undefined);
        expect(Object.getOwnPropertyDescriptors(value)).to.deep.equal(descriptors);
      });
    }

    it('is nothing that is no object', () => {
      for (const value of [undefined, null, 0, 'text', () => iterable, Symbol.iterator])
        expect(openingOf(value, context)).to.equal(undefined);
    });

    it('is a proxy that throws at every question', () => {
      const refuse = (): never => {
        throw new Error('no');
      };
      expect(openingOf(new Proxy({}, { get: refuse, getPrototypeOf: refuse }), context)).to.equal(undefined);
      expect(openingOf(new Proxy({ ...iterable }, { defineProperty: refuse }), context)).to.equal(undefined);
      expect(openingOf(new Proxy({ ...iterable }, { defineProperty: () => false }), context)).to.equal(undefined);
      expect(openingOf(new Proxy({ ...iterable }, { isExtensible: refuse }), context)).to.equal(undefined);
    });
  });

  it('is handed on as it is if it is an opening already', () => {
    const opening = new Opening(new OpenStream(letters(), undefined, undefined));
    expect(openingOf(opening, context)).to.equal(opening);
  });

  it('is no opening if it is null, and holds the stream that a policy has put in', async () => {
    expect([Opening.is(null), Opening.is(undefined), Opening.is({})]).to.deep.equal([false, false, false]);
    const opening = new Opening(letters());
    expect(Opening.is(opening)).to.equal(true);
    const other = letters();
    opening.rest = other;
    expect(opening.rest).to.equal(other);
    expect(openingOf(opening, context)).to.equal(opening);
  });

  it('keeps its steps as they are seen and changed', () => {
    const generator = followed(letters());
    for (const step of ['next', 'return', 'throw', Symbol.asyncIterator])
      expect(Reflect.getOwnPropertyDescriptor(generator, step), String(step)).to.include({
        configurable: true,
        writable: true,
        enumerable: false,
      });
  });

  it('is followed where its steps cannot be replaced, and where it has steps but another iterator', async () => {
    let chunks = 0;
    const next = async () => ({ value: (chunks += 1), done: chunks > 2 });
    const fixed = Object.defineProperty(
      { [Symbol.asyncIterator]: (): AsyncIterator<unknown> => fixed as unknown as AsyncIterator<unknown> },
      'next',
      { value: next, writable: false, configurable: false },
    );
    expect(await collect(followed(fixed))).to.deep.equal([1, 2]);
    expect(seen).to.deep.equal([['completed', undefined, 2]]);
    const double = { next, [Symbol.asyncIterator]: letters };
    expect(await collect(followed(double))).to.deep.equal(['a', 'b']);
    expect(seen).to.have.lengthOf(2);
  });

  it('closes its source where a limit has ended before it is read', async () => {
    let returns = 0;
    const value = {
      [Symbol.asyncIterator]: (): AsyncIterator<string> => ({
        next: async () => ({ value: 'a', done: false }),
        return: async () => ({ value: (returns += 1), done: true }) as never,
      }),
    };
    const scope = new Scope(new Call(context, undefined, [], UNGUARDED));
    openingOf(value, context, scope);
    const error = new Error('limit');
    scope.end('deadline', error);
    const stream = read(value);
    await turn();
    expect(returns).to.equal(1);
    expect(await rejectionOf(stream.next())).to.equal(error);
  });

  it('goes on being read when a second iteration of it cannot begin', async () => {
    let iterations = 0;
    const value = followed({
      [Symbol.asyncIterator](): AsyncIterator<string> {
        if ((iterations += 1) > 1) throw new Error('once only');
        return letters();
      },
    });
    const stream = read(value);
    expect(await stream.next()).to.deep.equal({ value: 'a', done: false });
    expect(() => read(value)).to.throw('once only');
    await turn();
    expect(await stream.next()).to.deep.equal({ value: 'b', done: false });
    expect(seen).to.deep.equal([]);
  });

  it('stays in memory while it is asked for a chunk, and is dropped if nobody can ask any more', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const held: unknown[] = [];
    const hanging = () => ({
      next: () => new Promise((resolve) => void held.push(resolve)),
      [Symbol.asyncIterator]() {
        return this;
      },
    });
    const [asked, idle] = ['asked', 'idle'].map((method) => ({ ...contextOf(new FakeClock(0)), method })) as [
      TestContext,
      TestContext,
    ];
    for (let i = 0; i < 20; i++) {
      const iterator = hanging();
      openingOf(iterator, asked);
      void iterator.next();
      openingOf(hanging(), idle);
    }
    for (let i = 0; i < 200 && idle.told.length < 15; i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(idle.told.length).to.be.at.least(15);
    expect(idle.told[0]).to.include({ type: 'stream_dropped', method: 'idle' });
    expect([asked.told, held.length]).to.deep.equal([[], 20]);
  });

  describe('that nobody will read', () => {
    const discarded: unknown[] = [];
    const giving = { ...context, discard: (outcome: unknown) => void discarded.push(outcome) };
    beforeEach(() => void discarded.splice(0));

    it('is closed if it is a stream, opened by a method or read by iteration', async () => {
      const left: string[] = [];
      const source = (name: string): AsyncGenerator<string> =>
        ({
          ...letters(),
          return: async () => ({ value: left.push(name), done: true }) as never,
          [Symbol.asyncIterator]: () => source(name),
        }) as AsyncGenerator<string>;
      discardUnread(new Opening(source('opened')), giving);
      discardUnread({ [Symbol.asyncIterator]: () => source('iterable') }, giving);
      await turn();
      expect(left).to.deep.equal(['opened', 'iterable']);
      expect(discarded).to.deep.equal([]);
    });

    it('harms nobody if it cannot be closed', async () => {
      const broken = (iterator: object): object => ({ [Symbol.asyncIterator]: () => iterator });
      const next = async (): Promise<object> => ({ value: 'a', done: false });
      discardUnread(broken({ next }), giving);
      discardUnread(broken({ next, return: () => Promise.reject(new Error('x')) }), giving);
      discardUnread(broken({ next, return: () => 'no promise' }), giving);
      const unreadable = {
        [Symbol.asyncIterator]: () => {
          throw new Error('x');
        },
      };
      discardUnread(unreadable, giving);
      await turn();
      expect(discarded).to.deep.equal([]);
    });

    it('is discarded if it is no stream', () => {
      const outcomes = ['text', undefined, new Error('x'), {}];
      for (const outcome of outcomes) discardUnread(outcome, giving);
      expect(discarded).to.deep.equal(outcomes);
    });
  });
});

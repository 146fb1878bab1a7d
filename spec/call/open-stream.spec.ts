import { expect } from 'chai';
import fc from 'fast-check';
import {
  CircuitProtected,
  ConcurrencyLimited,
  currentSignal,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { httpError, turn, unavailable, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const RUNS = Number(process.env.SEQUENCES ?? 150);

/** What one attempt of the upstream does. */
interface Script {
  readonly chunks: number;
  /** Milliseconds before each chunk, and before its end. */
  readonly afterMs: number;
  readonly end: 'returns' | 'unavailable' | 'limited' | 'hangs';
  readonly heeds: boolean;
}

type Action =
  | { readonly does: 'next' | 'throw' | 'return' | 'abort' | 'turn' }
  | { readonly does: 'pass'; readonly ms: number };

const script: fc.Arbitrary<Script> = fc.record({
  chunks: fc.integer({ min: 0, max: 2 }),
  afterMs: fc.constantFrom(0, 100, 700),
  end: fc.constantFrom('returns', 'unavailable', 'limited', 'hangs'),
  heeds: fc.boolean(),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Action>({ does: 'next' }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(1, 100, 500, 1500) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constantFrom('throw' as const, 'return' as const, 'abort' as const, 'turn' as const),
    }),
  },
);

/** How the caller comes by the stream. */
const KINDS = ['yields', 'resolves to a generator', 'resolves to an iterable'] as const;

/** A stack of policies, from the outside in. */
const STACKS = ['limits', 'hedge', 'plain'] as const;

describe('The stream of a call', () => {
  const world = virtualTime();

  /** A signal whose listeners are counted. */
  function countedSignal() {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    return { controller, listeners: () => (signal.aborted ? 0 : listeners) };
  }

  function upstream(scripts: readonly Script[]) {
    const counts = { started: 0, closed: 0, chunks: 0 };
    const release: (() => void)[] = [];
    let next = 0;
    let isWell = false;

    const wait = (ms: number, heeds: boolean): Promise<void> =>
      new Promise((resolve, reject) => {
        release.push(resolve);
        if (ms < Number.POSITIVE_INFINITY) world.clock.setTimer(resolve, ms);
        if (heeds) currentSignal()?.addEventListener('abort', () => reject(new DOMException('ended', 'AbortError')));
      });

    async function* source(_signal: AbortSignal): AsyncGenerator<string, string, unknown> {
      const step = isWell ? WELL : (scripts[next++ % scripts.length] as Script);
      counts.started += 1;
      try {
        for (let i = 0; i < step.chunks; i++) {
          if (step.afterMs > 0) await wait(step.afterMs, step.heeds);
          yield 'chunk';
        }
        if (step.end === 'hangs') await wait(Number.POSITIVE_INFINITY, step.heeds);
        if (step.end === 'unavailable') throw unavailable();
        if (step.end === 'limited') throw httpError(429, { headers: { 'retry-after': '1' } });
        return 'end';
      } finally {
        counts.closed += 1;
      }
    }
    return {
      counts,
      source,
      /** Whoever still waits goes on, and from now on all is well. */
      recover(): void {
        isWell = true;
        for (const resolve of release) resolve();
      },
    };
  }

  const WELL: Script = { chunks: 1, afterMs: 0, end: 'returns', heeds: false };

  type Method = (signal: AbortSignal) => unknown;
  type Decorate = (method: Method) => Method;

  function decorated(
    kind: (typeof KINDS)[number],
    stack: (typeof STACKS)[number],
    source: ReturnType<typeof upstream>['source'],
  ) {
    const parts = {
      limits: [
        TimeLimited('4s'),
        CircuitProtected({ circuit: uniqueName(), failureThreshold: 2, recoveryTimeout: '3s' }),
        RetryOnTransient({ minWait: '200ms', jitter: 'none' }),
        RespectRateLimit({ maxWait: '10s' }),
        ConcurrencyLimited({ limit: 1, queue: 1 }),
        TimeLimited({ limit: '1s', firstChunk: '600ms', betweenChunks: '600ms' }),
      ],
      hedge: [
        CircuitProtected({ circuit: uniqueName(), failureThreshold: 2, recoveryTimeout: '3s' }),
        RetryOnTransient({ minWait: '200ms', jitter: 'none' }),
        Hedged({ after: '300ms' }),
        ConcurrencyLimited({ limit: 2 }),
      ],
      plain: [
        CircuitProtected({ circuit: uniqueName(), failureThreshold: 2, recoveryTimeout: '3s' }),
        RetryOnTransient({ minWait: '200ms', jitter: 'none' }),
        ConcurrencyLimited({ limit: 1, queue: 1 }),
      ],
    };
    const methods: Record<typeof kind, Method> = {
      yields: source,
      'resolves to a generator': async (signal) => source(signal),
      'resolves to an iterable': async (signal) => ({ [Symbol.asyncIterator]: () => source(signal) }),
    };
    return parts[stack].reduceRight<Method>((method, decorate) => (decorate as Decorate)(method), methods[kind]);
  }

  /** The steps of a stream, once it is there. */
  async function opened(method: Method, signal: AbortSignal): Promise<AsyncGenerator | undefined> {
    try {
      const value = (await method(signal)) as AsyncIterable<unknown>;
      return value[Symbol.asyncIterator]() as AsyncGenerator;
    } catch {
      return undefined;
    }
  }

  for (const kind of KINDS) {
    for (const stack of STACKS) {
      it(`settles each request once and in order, and leaves nothing behind: ${kind}, ${stack}`, async function () {
        this.timeout(60_000);
        await fc.assert(
          fc.asyncProperty(
            fc.array(script, { minLength: 1, maxLength: 3 }),
            fc.array(action, { maxLength: 12 }),
            async (scripts, actions) => {
              const { counts, source, recover } = upstream(scripts);
              const method = decorated(kind, stack, source);
              const { controller, listeners } = countedSignal();
              const stream = await opened(method, controller.signal);
              const settled: number[] = [];
              let requests = 0;
              const note = (request: Promise<unknown>): void => {
                const number = requests++;
                void request.catch(() => undefined).then(() => settled.push(number));
              };
              for (const act of actions) {
                if (act.does === 'pass') await world.clock.advance(`${act.ms}ms`);
                else if (act.does === 'turn') await turn();
                else if (act.does === 'abort') controller.abort(new Error('the caller'));
                else if (act.does === 'return') stream?.return(undefined).catch(() => undefined);
                else if (act.does === 'next') note(stream?.next() ?? Promise.resolve());
                else note(stream?.throw(new Error('the reader')) ?? Promise.resolve());
              }
              const left = stream?.return(undefined).catch(() => undefined);
              await turn();
              const atOnce = settled.length;
              expect(atOnce, 'requests that settle when the stream is left').to.equal(requests);
              recover();
              await world.clock.advance('10m');
              await left;
              expect(settled).to.deep.equal([...settled.keys()]);
              if (stream) expect(await stream.next()).to.deep.equal({ value: undefined, done: true });
              expect(world.clock.timers, 'timers').to.equal(0);
              expect(listeners(), 'listeners').to.equal(0);

              // Permits and leases are back: as many calls as there are permits are served at the same time.
              const after = [...Array(stack === 'hedge' ? 2 : 1)].map(async () => {
                const fresh = (await method(new AbortController().signal)) as AsyncIterable<unknown>;
                const chunks: unknown[] = [];
                for await (const chunk of fresh) chunks.push(chunk);
                return chunks;
              });
              const [first] = await Promise.all(after.slice(0, 1));
              expect(first).to.deep.equal(['chunk']);
              expect((await Promise.allSettled(after)).map(({ status }) => status)).not.to.include('rejected');
              expect(counts.closed, 'closed sources').to.equal(counts.started);
            },
          ),
          { numRuns: RUNS },
        );
      });
    }
  }
});

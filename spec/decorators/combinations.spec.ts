import { expect } from 'chai';
import fc from 'fast-check';
import { Coalesced, DecorationError, RateLimited } from '#lib/index.js';
import { ORDER, type PolicyName } from '#lib/decorators/decoration.js';
import { httpError, rejection, unavailable, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';
import { type Layer, LAYERS, STACKS, stacked, titleOf } from './support/layers.js';
import { foretell } from './support/model.js';
import { play } from './support/play.js';
import { type Failure, type Scene, type Step, sceneOf, TERMS } from './support/scene.js';

const NEVER = Number.POSITIVE_INFINITY;

const transient = (hintMs?: number): Failure => ({
  kind: 'transient',
  error: hintMs === undefined ? unavailable() : httpError(503, { headers: { 'retry-after-ms': String(hintMs) } }),
  ...(hintMs !== undefined && { hintMs }),
});
const limited = (hintMs?: number): Failure => ({
  kind: 'limited',
  error: httpError(429, hintMs === undefined ? {} : { headers: { 'retry-after-ms': String(hintMs) } }),
  ...(hintMs !== undefined && { hintMs }),
});
const quota: Failure = { kind: 'quota', error: httpError(429, { code: 'insufficient_quota' }) };
const rejected: Failure = { kind: 'rejected', error: rejection() };
const bug: Failure = { kind: 'bug', error: new TypeError('x is undefined') };

const well: Step = { afterMs: 20 };
const failing = (failure: Failure, rest: Partial<Step> = {}): Step => ({ afterMs: 20, failure, ...rest });
const hanging: Step = { afterMs: NEVER, chunks: 0 };

const SCRIPTS: [what: string, scene: Partial<Scene>][] = [
  ['a success', { steps: [well] }],
  ['a transient failure, then a success', { steps: [failing(transient()), well] }],
  ['transient failures for ever', { steps: [failing(transient())] }],
  ['a transient failure that says when to come back', { steps: [failing(transient(4000)), well], chance: 0.5 }],
  ['a transient failure that says to come back much later', { steps: [failing(transient(60_000)), well] }],
  ['a rate limit with a hint, then a success', { steps: [failing(limited(2000)), well] }],
  ['a rate limit whose hint just fits', { steps: [failing(limited(5000)), well], chance: 0.5 }],
  ['rate limits with hints for ever', { steps: [failing(limited(400))] }],
  ['a rate limit with a hint that does not fit', { steps: [failing(limited(60_000)), well] }],
  ['rate limits whose hints do not fit together', { steps: [failing(limited(3000))] }],
  ['a rate limit without a hint, then a success', { steps: [failing(limited()), well] }],
  ['rate limits without hints for ever', { steps: [failing(limited())] }],
  [
    'rate limits and transient failures by turns',
    { steps: [limited(200), transient(), limited(), transient()].map((f) => failing(f)) },
  ],
  ['a spent quota', { steps: [failing(quota)] }],
  ['a rejection after a transient failure', { steps: [failing(transient()), failing(rejected)] }],
  ['a bug', { steps: [failing(bug)] }],
  ['a call that hangs for ever', { steps: [hanging] }],
  ['a call that hangs once', { steps: [hanging, well] }],
  ['a method that hangs for ever and heeds its signal', { steps: [hanging], heeds: true }],
  ['a slow call', { steps: [{ afterMs: 1500 }] }],
  ['a call slower than an attempt may be', { steps: [{ afterMs: 3000 }] }],
  ['a call slower than it may be at all', { steps: [{ afterMs: 9000 }] }],
  ['a failure after the first chunk', { steps: [failing(transient(), { chunks: 2 })] }],
  ['a rate limit after the first chunk', { steps: [failing(limited(1000), { chunks: 2 })] }],
  ['a stall after the first chunk', { steps: [{ afterMs: NEVER, chunks: 1 }] }],
  ['a stream without a chunk', { steps: [{ afterMs: 20, chunks: 0 }] }],
  ['a caller who has gone before', { steps: [well], abortAt: -1 }],
  ['a caller who aborts in an attempt that ends well', { steps: [{ afterMs: 1000 }], abortAt: 503 }],
  ['a caller who aborts in an attempt that fails', { steps: [{ afterMs: 1000, failure: transient() }], abortAt: 503 }],
  [
    'a caller who aborts in an attempt that is limited',
    { steps: [{ afterMs: 1000, failure: limited(200) }], abortAt: 503 },
  ],
  ['a caller who aborts in an attempt that heeds it', { steps: [hanging], abortAt: 503, heeds: true }],
  ['a caller who aborts in the wait of a retry', { steps: [failing(transient()), well], abortAt: 503 }],
  ['a caller who aborts in the wait for a rate limit', { steps: [failing(limited(2000)), well], abortAt: 503 }],
  ['a caller who aborts in a wait without a hint', { steps: [failing(limited()), well], abortAt: 503 }],
  ['a caller who aborts in the queue', { busyUntil: 900, abortAt: 503 }],
  ['a permit that comes in time', { busyUntil: 700, steps: [failing(transient()), well] }],
  ['a permit that does not come in time', { busyUntil: 1300 }],
  ['a circuit that is isolated in an attempt', { steps: [{ afterMs: 1000, failure: transient() }], isolateAt: 507 }],
  ['a circuit that is isolated in the wait of a retry', { steps: [failing(transient()), well], isolateAt: 507 }],
  [
    'a circuit that is isolated in the wait for a rate limit',
    { steps: [failing(limited(2000)), well], isolateAt: 507 },
  ],
  ['a circuit that is isolated in the queue', { busyUntil: 900, isolateAt: 507 }],
  [
    'a wait of a retry that would end with the call',
    { steps: [{ afterMs: 1000, failure: transient() }, well], terms: { ...TERMS, callMs: 2000 } },
  ],
  [
    'a wait for a rate limit that would end with the call',
    { steps: [{ afterMs: 1000, failure: limited(1000) }, well], terms: { ...TERMS, callMs: 2000 } },
  ],
  ['a fallback for failures', { steps: [failing(transient())], terms: { ...TERMS, fallback: true } }],
  [
    'a fallback within the limit of all attempts',
    { steps: [failing(transient()), hanging], terms: { ...TERMS, attemptsMs: 2000, fallback: true } },
  ],
  ['a fallback while a call hangs', { steps: [hanging], terms: { ...TERMS, fallback: true } }],
];

describe('Any stack of decorators', () => {
  const world = virtualTime();

  it('is made of all the decorators that there are, but for two that have no model yet', () => {
    const withoutModel = ['Coalesced', 'RateLimited'];
    expect(ORDER).to.include.members(withoutModel);
    expect(LAYERS.map(({ name }) => name)).to.deep.equal(ORDER.filter((name) => !withoutModel.includes(name)));
  });

  for (const isStream of [false, true]) {
    describe(isStream ? 'on an async * method' : 'on an async method', () => {
      for (const [what, given] of SCRIPTS) {
        it(`does what each of its parts promises: ${what}`, async () => {
          const scene = sceneOf({ ...given, isStream });
          const name = uniqueName();
          for (const stack of stacksFor(scene)) {
            const { isAmbiguous, ...expected } = foretell(scene, stack);
            expect(isAmbiguous, titleOf(stack)).to.equal(false);
            expect(await play(world, stack, scene, name), titleOf(stack)).to.deep.equal(expected);
          }
        });
      }
    });
  }

  describe('in an order that cannot mean what it says', () => {
    const names = [...new Set(ORDER)];
    const byName = new Map<string, Pick<Layer, 'decorator'>>([
      ...LAYERS.map((layer) => [layer.name, layer] as const),
      ['Coalesced', { decorator: () => Coalesced({ key: () => 'k' }) }],
      ['RateLimited', { decorator: () => RateLimited({ limit: 1, per: '1s' }) }],
    ]);

    const isSubsequence = (stack: readonly PolicyName[]): boolean => {
      let from = 0;
      return stack.every((name) => (from = ORDER.indexOf(name, from) + 1) > 0);
    };
    /** Limits of requests and of tokens may stand together. */
    const isRepeatable = (name: PolicyName): boolean => name === 'RateLimited';
    const isLegal = (stack: readonly PolicyName[]): boolean =>
      isSubsequence(stack.filter((name, i) => !(isRepeatable(name) && name === stack[i + 1]))) &&
      !stack.some((name, i) => !isRepeatable(name) && name === stack[i + 1]);

    function define(stack: readonly PolicyName[]): void {
      const layers = stack.map((name) => byName.get(name) as Pick<Layer, 'decorator'>);
      class Service {
        @stacked(layers.map(({ decorator }) => decorator(TERMS, 'any')))
        async ask(): Promise<void> {}
      }
      new Service();
    }

    /** Decorators are applied from the inside out: those down to the first that cannot stand there. */
    const refusedPart = (stack: readonly PolicyName[]): readonly PolicyName[] => {
      const from = stack.findLastIndex((_, i) => !isLegal(stack.slice(i)));
      return stack.slice(from);
    };

    const pairs = names.flatMap((outer) => names.map((inner) => [outer, inner]));
    const triples = pairs.flatMap((pair) => names.map((inner) => [...pair, inner]));

    for (const [what, all] of [
      ['pair', pairs],
      ['triple', triples],
    ] as const) {
      it(`is refused with the order to write, as every ${what} of them`, () => {
        for (const stack of all) {
          const title = stack.join(' › ');
          if (isLegal(stack)) {
            expect(() => define(stack), title).not.to.throw();
            continue;
          }
          const part = refusedPart(stack);
          expect(() => define(stack), title).to.throw(DecorationError, /^Service\.ask: @/);
          const { message } = caughtFrom(() => define(stack));
          if (message.endsWith('stands twice. Write it once.')) {
            expect(part.indexOf(part[0] as PolicyName, 1), title).to.be.above(0);
            continue;
          }
          const [, ...lines] = message.split('\n');
          expect(lines.pop(), title).to.equal('  async ask(…)');
          const right = lines.map((line) => /^ {2}@(\w+)\(\)$/.exec(line)?.[1] as PolicyName);
          expect(isLegal(right), message).to.equal(true);
          expect([...new Set(right)], title).to.have.members([...new Set(part)]);
        }
      });
    }
  });

  // What happens from outside comes at odd moments, everything else at even ones: no two of them at the same.
  const tens = (min: number, max: number) => fc.integer({ min: min / 20, max: max / 20 }).map((n) => n * 20);
  const hints = fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }).map((n) => n && n * 400);
  const failures = fc.oneof(hints.map(transient), hints.map(limited), fc.constantFrom(quota, rejected, bug));
  const steps = fc.record(
    {
      afterMs: fc.oneof({ weight: 9, arbitrary: tens(20, 3000) }, fc.constant(NEVER)),
      chunks: fc.nat(2),
      failure: failures,
    },
    { requiredKeys: ['afterMs'] },
  );
  const waits = fc
    .tuple(fc.integer({ min: 1, max: 4 }), tens(20, 2000), tens(0, 5000))
    .map(([maxAttempts, minWaitMs, more]) => ({ maxAttempts, minWaitMs, maxWaitMs: minWaitMs + more }));
  const scenes = fc.record({
    steps: fc.array(steps, { minLength: 1, maxLength: 5 }),
    isStream: fc.boolean(),
    terms: fc.record({
      callMs: tens(1000, 12_000),
      attemptsMs: tens(1000, 12_000),
      attemptMs: tens(1000, 3000),
      retry: waits,
      rateLimit: waits,
      maxQueueWaitMs: tens(20, 2000),
      fallback: fc.boolean(),
    }),
    chance: fc.constantFrom(0, 0.5),
    abortAt: fc.oneof(
      fc.constant(NEVER),
      tens(0, 8000).map((ms) => ms + 3),
    ),
    heeds: fc.boolean(),
    isolateAt: fc.oneof(
      { weight: 3, arbitrary: fc.constant(NEVER) },
      tens(0, 8000).map((ms) => ms + 7),
    ),
    busyUntil: fc.oneof(fc.constant(0), tens(20, 900)),
  });

  it('does what each of its parts promises, whatever happens', async () => {
    const name = uniqueName();
    await fc.assert(
      fc.asyncProperty(scenes, fc.constantFrom(...STACKS.map(titleOf)), async (scene, title) => {
        const stack = STACKS.find((one) => titleOf(one) === title) as (typeof STACKS)[number];
        const { isAmbiguous, ...expected } = foretell(scene, stack);
        fc.pre(!isAmbiguous);
        expect(await play(world, stack, scene, name)).to.deep.equal(expected);
      }),
      { numRuns: 400 },
    );
  }).timeout(20_000);
});

/** Those that have what the scene is about. */
function stacksFor({ isolateAt, busyUntil }: Scene): typeof STACKS {
  const has = (stack: (typeof STACKS)[number], name: PolicyName): boolean => stack.some((layer) => layer.name === name);
  return STACKS.filter(
    (stack) =>
      (isolateAt === NEVER || has(stack, 'CircuitProtected')) && (busyUntil === 0 || has(stack, 'ConcurrencyLimited')),
  );
}

function caughtFrom(run: () => void): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected it to throw');
}

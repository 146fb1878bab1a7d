import { expect } from 'chai';
import fc from 'fast-check';
import {
  CircuitOpenError,
  CircuitProtected,
  circuit,
  ConcurrencyLimited,
  ConcurrencyLimitError,
  RetryOnTransient,
} from '#lib/index.js';
import { circuitNamed } from '#lib/runtime/circuits.js';
import { instantRetries } from '#lib/testing/index.js';
import { rejection, turn, unavailable, uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

const LIMIT = 2;
const QUEUE = 2;
const ATTEMPTS = 3;

const TRANSIENT = unavailable();
const REJECTED = rejection();
const REASON = new Error('the caller has left');

/** What the attempts of one call come to, and whether its caller leaves meanwhile. */
interface Plan {
  readonly attempts: readonly ('answer' | 'fail' | 'reject')[];
  readonly leaves: boolean;
}

describe('Calls at the same time through circuit, retry and bulkhead', () => {
  const world = virtualTime();
  let restore: () => void;
  // Waits would come in the order of their lengths: without them, the scheduler alone decides.
  beforeEach(() => {
    restore = instantRetries();
  });
  afterEach(() => restore());

  const plans = fc.array(
    fc.record({
      attempts: fc.array(fc.constantFrom('answer', 'fail', 'reject'), { minLength: ATTEMPTS, maxLength: ATTEMPTS }),
      leaves: fc.boolean(),
    }) as fc.Arbitrary<Plan>,
    { minLength: 2, maxLength: 8 },
  );

  for (const isStream of [false, true]) {
    it(`settle once each and never exceed the limit, in whatever order${isStream ? ', as streams' : ''}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), plans, fc.integer({ min: 1, max: 4 }), async (s, planned, threshold) => {
          const name = uniqueName();
          let atWork = 0;
          let mostAtWork = 0;
          let calls = 0;
          const work = async (plan: Plan, attempt: number): Promise<string> => {
            calls += 1;
            atWork += 1;
            mostAtWork = Math.max(mostAtWork, atWork);
            try {
              await s.schedule(Promise.resolve(), `attempt ${attempt} ${plan.attempts[attempt]}`);
            } finally {
              atWork -= 1;
            }
            if (plan.attempts[attempt] === 'fail') throw TRANSIENT;
            if (plan.attempts[attempt] === 'reject') throw REJECTED;
            return 'answer';
          };
          class Service {
            @CircuitProtected({ circuit: name, failureThreshold: threshold })
            @RetryOnTransient({ maxAttempts: ATTEMPTS })
            @ConcurrencyLimited({ limit: LIMIT, queue: QUEUE })
            async ask(state: { plan: Plan; attempt: number }, _signal: AbortSignal): Promise<string> {
              return work(state.plan, state.attempt++);
            }

            @CircuitProtected({ circuit: name, failureThreshold: threshold })
            @RetryOnTransient({ maxAttempts: ATTEMPTS })
            @ConcurrencyLimited({ limit: LIMIT, queue: QUEUE })
            async *read(state: { plan: Plan; attempt: number }, _signal: AbortSignal): AsyncGenerator<string> {
              yield await work(state.plan, state.attempt++);
            }
          }
          const service = new Service();
          const states: { plan: Plan; attempt: number }[] = [];
          const call = async (plan: Plan, signal: AbortSignal, i = planned.length): Promise<string> => {
            const state = (states[i] = { plan, attempt: 0 });
            if (!isStream) return service.ask(state, signal);
            let last = 'nothing';
            for await (const chunk of service.read(state, signal)) last = chunk;
            return last;
          };

          const settled: unknown[][] = planned.map(() => []);
          for (const [i, plan] of planned.entries()) {
            const caller = new AbortController();
            const begin = async (): Promise<void> => {
              await s.schedule(Promise.resolve(), `call ${i}`);
              await call(plan, caller.signal, i).then(
                (value) => settled[i]?.push(value),
                (error) => settled[i]?.push(error),
              );
            };
            void begin();
            if (plan.leaves) void s.schedule(Promise.resolve(), `caller ${i} leaves`).then(() => caller.abort(REASON));
          }
          // What a step sets off runs to its end before the next one, over as many promises as it takes.
          for (await turn(); s.count() > 0; await turn()) await s.waitOne();

          for (const [i, outcomes] of settled.entries()) {
            expect(outcomes, `call ${i} settles once`).to.have.lengthOf(1);
            expect(isPossible(outcomes[0], planned[i] as Plan), `call ${i}: ${String(outcomes[0])}`).to.equal(true);
          }
          expect(atWork).to.equal(0);
          expect(mostAtWork).to.be.at.most(LIMIT);
          expect(calls).to.be.at.most(ATTEMPTS * planned.length);
          expect(world.clock.timers).to.equal(0);

          // Calls that did not end well have lost the tokens of their retries, and no others are lost.
          const retriesOf = (i: number): number => Math.max(0, (states[i]?.attempt ?? 0) - 1);
          const putBack = settled.map(([outcome], i) => (outcome === 'answer' ? retriesOf(i) : 0));
          const lost = world.heard('retry_scheduled').length - putBack.reduce((sum, tokens) => sum + tokens, 0);
          const earned = FIRST_ATTEMPT_EARNS * planned.length;
          const left = tokensIn(name, world.clock.now());
          expect(left).to.be.within(CAPACITY - lost, Math.min(CAPACITY, CAPACITY - lost + earned));
          (world.events as unknown[]).length = 0;

          // All permits are back and none too many, and all places in the queue are free.
          circuit(name).reset();
          const well: Plan = { attempts: ['answer'], leaves: false };
          const { signal } = new AbortController();
          const together = [...Array(LIMIT + QUEUE + 1)].map(() =>
            call(well, signal).catch((error: Error) => error.name),
          );
          for (await turn(); s.count() > 0; await turn()) await s.waitOne();
          expect((await Promise.all(together)).sort()).to.deep.equal([
            'ConcurrencyLimitError',
            ...Array(LIMIT + QUEUE).fill('answer'),
          ]);
          expect(mostAtWork).to.be.at.most(LIMIT);
        }),
        { numRuns: 150 },
      );
    }).timeout(20_000);
  }
});

const CAPACITY = 100;
const FIRST_ATTEMPT_EARNS = 0.2;

/** Whole tokens that the budget of a circuit holds. */
function tokensIn(name: string, now: number): number {
  const { budget } = circuitNamed(name);
  let tokens = 0;
  while (budget.take(now)) tokens += 1;
  budget.putBack(tokens);
  return tokens;
}

/** Whether a call of this plan may come to that, whoever else was there. */
function isPossible(outcome: unknown, { attempts, leaves }: Plan): boolean {
  if (outcome instanceof CircuitOpenError || outcome instanceof ConcurrencyLimitError) return true;
  if (outcome === REASON) return leaves;
  if (outcome === 'answer') return leadsTo('answer', attempts);
  if (outcome === REJECTED) return leadsTo('reject', attempts);
  // The last error when attempts are spent, or when the circuit has opened meanwhile.
  return outcome === TRANSIENT && attempts[0] === 'fail';
}

/** Whether the first attempt that does not fail transiently comes to this. */
function leadsTo(what: string, attempts: Plan['attempts']): boolean {
  return attempts.find((attempt) => attempt !== 'fail') === what;
}

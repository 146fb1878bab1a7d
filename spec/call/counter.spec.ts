import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { inScope } from '#lib/call/entry.js';
import { pipeline } from '#lib/call/pipeline.js';
import { Answer, type Counter, type Next, type Policy } from '#lib/call/policy.js';
import { hedge } from '#lib/policies/hedge/hedge.js';
import { Latencies } from '#lib/policies/hedge/latencies.js';
import { hedgeRules } from '#lib/policies/hedge/rules.js';
import { timeLimitRules } from '#lib/policies/time-limit/rules.js';
import { limitAttempt, limitCall } from '#lib/policies/time-limit/time-limit.js';
import type { CallStats } from '#lib/call/stats.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf, type TestContext } from '../support/method-context.js';
import { rejectionOf, turn, unavailable } from '../support/upstream.js';

const inner = (context: TestContext): Policy => limitAttempt(context, timeLimitRules({ limit: '1s' }), 'call');
const outer = (context: TestContext): Policy => limitCall(context, timeLimitRules({ limit: '2s' }));
const hedged = (context: TestContext, isInnermost: boolean): Policy =>
  hedge(context, hedgeRules({ after: '100ms', maxHedges: 1 } as never), new Latencies(), isInnermost);

/** Stacks whose outermost policy counts the call itself, outermost first. */
const STACKS: Readonly<Record<string, (context: TestContext) => Policy[]>> = {
  'a limit of the method': (context) => [inner(context)],
  'a limit of the whole': (context) => [outer(context)],
  'both limits': (context) => [outer(context), inner(context)],
  'a hedge': (context) => [hedged(context, true)],
  'a hedge over a limit': (context) => [hedged(context, false), inner(context)],
  'a limit over a hedge': (context) => [outer(context), hedged(context, true)],
};

const hang = (): Promise<never> => new Promise(() => undefined);
const chunks = {
  async *[Symbol.asyncIterator]() {
    yield* [1, 2];
  },
};

interface Ending {
  readonly method: () => Promise<unknown>;
  readonly read?: (value: unknown) => Promise<void>;
  readonly act?: (controller: AbortController, clock: FakeClock) => unknown;
}

const abort = (controller: AbortController): void => controller.abort(new Error('gone'));
/** Waits longer than every limit; the caller does not. */
const outlast = async (controller: AbortController, clock: FakeClock): Promise<void> => {
  await clock.advance('3s');
  abort(controller);
};

const ENDINGS: Readonly<Record<string, Ending>> = {
  'returns a value': { method: async () => 'value' },
  'returns undefined': { method: async () => undefined },
  fails: { method: async () => Promise.reject(unavailable()) },
  'throws at once': {
    method: () => {
      throw unavailable();
    },
  },
  'hangs until a limit, or until its caller leaves': {
    method: hang,
    act: outlast,
  },
  'is aborted': { method: hang, act: abort },
  'fails late': {
    method: () =>
      turn()
        .then(turn)
        .then(() => Promise.reject(unavailable())),
  },
  'returns chunks that are read': {
    method: async () => ({ ...chunks }),
    read: async (value) => {
      for await (const chunk of value as typeof chunks) expect(chunk).to.be.a('number');
    },
  },
  'returns chunks that are left': {
    method: async () => ({ ...chunks }),
    read: async (value) => {
      for await (const _ of value as typeof chunks) break;
    },
  },
  'returns chunks that come too late for the limit': {
    method: async () => ({ ...chunks }),
    read: async (value) => {
      const iterator = (value as typeof chunks)[Symbol.asyncIterator]();
      await iterator.next();
    },
    act: outlast,
  },
};

describe('A policy that counts its call itself', () => {
  async function ended(stack: string, { method, read, act }: Ending, isItself: boolean) {
    const clock = new FakeClock(1000);
    const context = contextOf(clock);
    const [first, ...others] = (STACKS[stack] as (typeof STACKS)[string])(context) as [Policy, ...Policy[]];
    const around = first.around as NonNullable<Policy['around']>;
    const counting = isItself ? first : { around: (call: Call, next: Next) => around(call, next) };
    const run = pipeline([counting, ...others], inScope(method, context), context, true);
    const controller = new AbortController();
    const call = new Call(context, undefined, [], UNGUARDED, controller.signal);
    const outcome = run(undefined, [], call)
      .then(async (value) => read?.(value))
      .catch(() => undefined);
    await turn();
    await act?.(controller, clock);
    await outcome;
    await turn();
    return { counted: Object.fromEntries(Object.entries(context.stats)), told: context.told, timers: clock.timers };
  }

  for (const stack of Object.keys(STACKS))
    for (const [how, ending] of Object.entries(ENDINGS))
      it(`counts as the pipeline does, and once, when ${stack} is outermost and the method ${how}`, async () => {
        const itself = await ended(stack, ending, true);
        expect(itself).to.deep.equal(await ended(stack, ending, false));
        const { succeeded, cancelled, failed } = itself.counted as unknown as CallStats;
        expect(succeeded + cancelled + Object.values(failed).reduce((sum, count) => sum + count, 0)).to.equal(1);
        expect(itself.told.filter(({ type }) => type === 'call_failed').length).to.be.at.most(1);
      });

  it('counts a call for whose caller it makes no attempt', async () => {
    for (const [stack, policies] of Object.entries(STACKS)) {
      const context = contextOf(new FakeClock());
      const run = pipeline(policies(context), hang, context, true);
      const call = new Call(context, undefined, [], UNGUARDED, AbortSignal.abort('gone'));
      expect(await rejectionOf(run(undefined, [], call)), stack).to.equal('gone');
      expect(context.stats.cancelled, stack).to.equal(1);
    }
  });

  it('gets a counter only where it is outermost, and need not use it', async () => {
    const context = contextOf(new FakeClock());
    const given: (Counter | undefined)[] = [];
    const noting = (isUsed: boolean): Policy => ({
      around: (call, next, counter) => {
        given.push(counter);
        const promise = next(call.self, call.args, call);
        if (!isUsed) return promise;
        return new Answer(
          promise.then((value) => {
            counter?.resolved(value, call);
            return value;
          }),
          call,
          'counted',
        );
      },
    });
    for (const isUsed of [false, true]) {
      given.length = 0;
      const run = pipeline([noting(isUsed), noting(false)], async () => 'value', context);
      expect(await run(undefined, [])).to.equal('value');
      expect(given.map((counter) => counter !== undefined)).to.deep.equal([true, false]);
    }
    expect(context.stats.succeeded).to.equal(2);
  });
});

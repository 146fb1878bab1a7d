import { expect } from 'chai';
import {
  CircuitProtected,
  ConcurrencyLimited,
  configure,
  describe as describeStack,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import type { Part } from '#lib/decorators/warnings/stack.js';
import { warningsOf } from '#lib/decorators/warnings/warnings.js';
import { EmbeddingService, GenerationService } from '#lib/openai/index.js';
import { uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

/** A policy with options as a decorator says them. What a decorator left out stands after `defaults`. */
function part(policy: string, written: Record<string, unknown> = {}, defaults: Record<string, unknown> = {}): Part {
  const isData = ([, value]: [string, unknown]): boolean => typeof value !== 'function';
  const settingsOf = (values: object, source: 'decorator' | 'default') =>
    Object.fromEntries(
      Object.entries(values)
        .filter(isData)
        .map(([key, value]) => [key, { value, source }]),
    );
  const settings = { ...settingsOf(defaults, 'default'), ...settingsOf(written, 'decorator') };
  return { policy, settings, values: { ...defaults, ...written } };
}

const whole = (limit: string) => part('TimeLimited', { limit });
const attempt = (written: Record<string, unknown>) => part('TimeLimited', written);
const retry = (written: Record<string, unknown> = {}) =>
  part('RetryOnTransient', written, {
    maxAttempts: 3,
    minWait: '1s',
    maxWait: '10s',
    jitter: 'full',
    nested: 'multiply',
  });
const circuit = (written: Record<string, unknown> = {}) =>
  part('CircuitProtected', written, {
    ...{ failureThreshold: 5, recoveryTimeout: '60s', recoveryGrowth: 1, maxRecoveryTimeout: null, maxKeys: 10_000 },
    ...{ fallbackOn: 'open', failureRate: null, slowCall: null, slowCallRate: null, window: null, minimumCalls: null },
  });
const rateLimit = (written: Record<string, unknown> = {}) =>
  part('RespectRateLimit', written, { maxWait: '30s', maxAttempts: 5, minWait: '1s' });
const concurrency = (written: Record<string, unknown> = {}) =>
  part('ConcurrencyLimited', { limit: 5, ...written }, { queue: 0, maxQueueWait: '30s' });
const hedged = (written: Record<string, unknown>) => part('Hedged', written, { maxHedges: 1 });

interface Case {
  readonly name: string;
  /** Stacks that are warned of, with the policy and the sentence. */
  readonly warned: readonly (readonly [stack: readonly Part[], policy: string, says: string])[];
  /** Stacks that are as they ought to be. */
  readonly silent: readonly (readonly Part[])[];
}

const CASES: readonly Case[] = [
  {
    name: 'a limit of each attempt that the limit of the whole call forestalls',
    warned: [
      [
        [whole('20s'), retry({ maxAttempts: 2 }), attempt({ limit: '20s', firstChunk: '5s', betweenChunks: '5s' })],
        'TimeLimited',
        'limit "20s" of each attempt is not below limit "20s" of the whole call, so it never ends anything; write a ' +
          'shorter one here, or a longer one above',
      ],
      [
        [whole('20s'), attempt({ firstChunk: '30s', betweenChunks: '5s' })],
        'TimeLimited',
        'firstChunk "30s" of each attempt is not below limit "20s" of the whole call, so it never ends anything; write ' +
          'a shorter one here, or a longer one above',
      ],
      [
        [whole('20s'), attempt({ betweenChunks: '1m' })],
        'TimeLimited',
        'betweenChunks "1m" of each attempt is not below limit "20s" of the whole call, so it never ends anything; ' +
          'write a shorter one here, or a longer one above',
      ],
    ],
    silent: [
      [whole('20s'), attempt({ limit: '19s', firstChunk: '5s', betweenChunks: null })],
      [part('TimeLimited', { limit: null, firstChunk: '5s' }), attempt({ limit: '20s' })],
      [whole('20s')],
      [retry(), attempt({ limit: '20s' })],
      [part('OfAnotherKind', { limit: '20s' }), attempt({ limit: '30s' })],
      [whole('20s'), part('OfAnotherKind', { limit: '30s' })],
      [whole('20s'), attempt({ limit: '30s' }), retry({ maxAttempts: 2 })],
    ],
  },
  {
    name: 'a limit of each attempt that the limit of all attempts together forestalls',
    warned: [
      [
        [circuit(), whole('2s'), attempt({ limit: '3s' })],
        'TimeLimited',
        'limit "3s" of each attempt is not below limit "2s" of all attempts together, so it never ends anything; write a ' +
          'shorter one here, or a longer one above',
      ],
    ],
    silent: [
      [circuit(), whole('2s'), attempt({ limit: '1s' })],
      [whole('20s'), circuit(), whole('2s'), attempt({ limit: '1s' })],
    ],
  },
  {
    name: 'attempts that cannot begin before the whole call ends',
    warned: [
      [
        [whole('1s'), retry()],
        'RetryOnTransient',
        'minWait "1s" is not below limit "1s" of the whole call, so nothing is ever repeated; write a shorter minWait, ' +
          'or a longer limit',
      ],
      [
        [whole('64s'), retry({ maxAttempts: 66, maxWait: '1s' })],
        'RetryOnTransient',
        'maxAttempts 66 do not fit limit "64s" of the whole call, because the shortest waits between them (minWait "1s") ' +
          'alone take that long; write maxAttempts: 64, a shorter minWait or a longer limit',
      ],
      [
        [whole('99500ms'), retry({ maxAttempts: 101, maxWait: '1s' })],
        'RetryOnTransient',
        'maxAttempts 101 do not fit limit "99500ms" of the whole call, because the shortest waits between them (minWait ' +
          '"1s") alone take that long; write maxAttempts: 100, a shorter minWait or a longer limit',
      ],
      [
        [whole('7s'), retry({ maxAttempts: 5, jitter: 'none' })],
        'RetryOnTransient',
        'maxAttempts 5 do not fit limit "7s" of the whole call, because the shortest waits between them (minWait "1s") ' +
          'alone take that long; write maxAttempts: 3, a shorter minWait or a longer limit',
      ],
    ],
    silent: [
      [whole('1001ms'), retry({ maxAttempts: 2, maxWait: '1s' })],
      [whole('7s'), retry({ maxAttempts: 5, maxWait: '1500ms' })],
      [whole('99001ms'), retry({ maxAttempts: 100, maxWait: '1s' })],
      [whole('1s'), retry({ maxAttempts: 3, backoff: () => 1 })],
      [whole('100000d'), retry({ maxAttempts: 1e9, minWait: '0ms' })],
      [retry()],
    ],
  },
  {
    name: 'a longest retry sequence that outlasts the whole call',
    warned: [
      [
        [whole('20s'), retry(), attempt({ limit: '10s' })],
        'RetryOnTransient',
        'maxAttempts 3 of limit "10s" each, with the longest waits between them, take 36s, which is above limit "20s" ' +
          "of the whole call, so the last ones may never be made; write limit: '36s' above, or fewer or shorter attempts",
      ],
      [
        [whole('900ms'), retry({ maxAttempts: 2, minWait: '199ms', maxWait: '199ms' }), attempt({ limit: '400ms' })],
        'RetryOnTransient',
        'maxAttempts 2 of limit "400ms" each, with the longest waits between them, take 999ms, which is above limit ' +
          '"900ms" of the whole call, so the last ones may never be made; write limit: ' +
          "'999ms' above, or fewer or shorter attempts",
      ],
      [
        [whole('900ms'), retry({ maxAttempts: 2, minWait: '200ms', maxWait: '200ms' }), attempt({ limit: '400ms' })],
        'RetryOnTransient',
        'maxAttempts 2 of limit "400ms" each, with the longest waits between them, take 1s, which is above limit ' +
          '"900ms" of the whole call, so the last ones may never be made; write limit: ' +
          "'1s' above, or fewer or shorter attempts",
      ],
      [
        [whole('2m'), retry({ maxAttempts: 100, maxWait: '1s', minWait: '500ms' }), attempt({ limit: '500ms' })],
        'RetryOnTransient',
        'maxAttempts 100 of limit "500ms" each, with the longest waits between them, take 149s, which is above limit ' +
          '"2m" of the whole call, so the last ones may never be made; write limit: ' +
          "'149s' above, or fewer or shorter attempts",
      ],
      [
        [whole('5s'), retry()],
        'RetryOnTransient',
        'the longest waits between maxAttempts 3 take 6s, which is above limit "5s" of the whole call, so the last ones ' +
          "may never be made; write limit: '6s' above, or fewer or shorter attempts",
      ],
    ],
    silent: [
      [whole('6s'), retry()],
      [whole('300ms'), retry({ maxAttempts: 3, backoff: () => 200 }), attempt({ limit: '200ms' })],
      [whole('36s'), retry(), attempt({ limit: '10s' })],
      [whole('33s'), retry({ jitter: 'none' }), attempt({ limit: '10s' })],
      [whole('20s'), retry(), attempt({ firstChunk: '10s' })],
      [whole('20s'), retry()],
      [whole('20s'), attempt({ limit: '10s' })],
    ],
  },
  {
    name: 'a rate limit that the whole call cannot wait for',
    warned: [
      [
        [whole('20s'), rateLimit({ maxWait: '1m' })],
        'RespectRateLimit',
        'maxWait "1m" is above limit "20s" of the whole call, so no rate limit is waited for as long; write ' +
          "maxWait: '20s' or less, or a longer limit",
      ],
      [
        [whole('1s'), rateLimit()],
        'RespectRateLimit',
        'minWait "1s" is not below limit "1s" of the whole call, so no rate limit is ever waited for; write a shorter ' +
          'minWait, or a longer limit',
      ],
    ],
    silent: [
      [whole('20s'), rateLimit()],
      [whole('20s'), rateLimit({ maxWait: '20s' })],
      [rateLimit({ maxWait: '5m' }), attempt({ limit: '1s' })],
    ],
  },
  {
    name: 'a wait in a queue that nobody can wait in',
    warned: [
      [
        [whole('20s'), concurrency({ queue: 5, maxQueueWait: '21s' })],
        'ConcurrencyLimited',
        'maxQueueWait "21s" is above limit "20s" of the whole call, so nobody waits in the queue as long; write ' +
          "maxQueueWait: '20s' or less, or a longer limit",
      ],
      [
        [concurrency({ maxQueueWait: '5s' })],
        'ConcurrencyLimited',
        'maxQueueWait "5s" is never waited for, because with queue 0 nobody waits; write queue: 1 or more, or leave ' +
          'maxQueueWait out',
      ],
    ],
    silent: [
      [whole('20s'), concurrency({ queue: 5, maxQueueWait: '20s' })],
      [whole('20s'), concurrency({ queue: 5 })],
      [concurrency({ queue: 5, maxQueueWait: '5m' })],
    ],
  },
  {
    name: 'a hedge that comes when the attempt is over',
    warned: [
      [
        [hedged({ after: '5s' }), attempt({ limit: '5s' })],
        'Hedged',
        'after "5s" is not below limit "5s" of each attempt, so no second attempt ever starts; write a shorter after, ' +
          'or a longer limit',
      ],
      [
        [whole('6s'), hedged({ after: '7s' }), attempt({ limit: '5s' })],
        'Hedged',
        'after "7s" is not below limit "5s" of each attempt, so no second attempt ever starts; write a shorter after, ' +
          'or a longer limit',
      ],
      [
        [whole('4s'), hedged({ after: '5s' })],
        'Hedged',
        'after "5s" is not below limit "4s" of the whole call, so no second attempt ever starts; write a shorter after, ' +
          'or a longer limit',
      ],
    ],
    silent: [
      [whole('20s'), hedged({ after: '4s' }), attempt({ limit: '5s' })],
      [whole('20s'), hedged({ after: 'p95' }), attempt({ limit: '5s' })],
      [hedged({ after: '5s' })],
      [hedged({ after: '5s' }), attempt({ firstChunk: '5s' })],
    ],
  },
  {
    name: 'a retry that never retries',
    warned: [
      [
        [retry({ maxAttempts: 1 })],
        'RetryOnTransient',
        'maxAttempts 1 makes one call and no retry; write maxAttempts: 2 or more, or leave the decorator out',
      ],
      [
        [retry({ maxAttempts: 1, nested: 'outer-only' })],
        'RetryOnTransient',
        'maxAttempts 1 with nested "outer-only" means that nothing repeats, neither this method nor those within it; ' +
          'write maxAttempts: 2 or more, or leave the decorator out',
      ],
    ],
    silent: [[retry({ maxAttempts: 2, nested: 'outer-only' })]],
  },
  {
    name: 'a circuit that refuses nobody',
    warned: [
      [
        [circuit({ shadow: true })],
        'CircuitProtected',
        'shadow true refuses nobody: the circuit is only watched; write shadow: false once it can be trusted',
      ],
      [
        [circuit({ shadow: true, fallback: () => 'later' })],
        'CircuitProtected',
        'shadow true refuses nobody: the circuit is only watched, and its fallback never answers; write shadow: false ' +
          'once it can be trusted',
      ],
      [
        [circuit({ shadow: true, fallback: () => 'later', fallbackOn: 'failure' })],
        'CircuitProtected',
        'shadow true refuses nobody: the circuit is only watched; write shadow: false once it can be trusted',
      ],
    ],
    silent: [[circuit({ shadow: false })], [circuit({ shadow: null })], [circuit()]],
  },
  {
    name: 'options of a fallback or of keys that are not there',
    warned: [
      [
        [circuit({ fallbackOn: 'failure' })],
        'CircuitProtected',
        'fallbackOn "failure" without a fallback does nothing; write a fallback, or leave fallbackOn out',
      ],
      [
        [circuit({ maxKeys: 5 })],
        'CircuitProtected',
        'maxKeys 5 without a key function does nothing; write key: (…) => …, or leave maxKeys out',
      ],
    ],
    silent: [
      [circuit({ fallbackOn: 'failure', fallback: false })],
      [circuit({ maxKeys: 5, key: () => 'a' })],
      [part('CircuitProtected', {}, { fallbackOn: 'failure', maxKeys: 5 })],
    ],
  },
  {
    name: 'a time of recovery that cannot grow',
    warned: [
      [
        [circuit({ maxRecoveryTimeout: '5m' })],
        'CircuitProtected',
        'maxRecoveryTimeout "5m" is never reached, because with recoveryGrowth 1 the circuit always stays open for ' +
          'recoveryTimeout "60s"; write recoveryGrowth: 2, or leave maxRecoveryTimeout out',
      ],
      [
        [circuit({ recoveryGrowth: 2, maxRecoveryTimeout: '1m' })],
        'CircuitProtected',
        'recoveryGrowth 2 does nothing, because maxRecoveryTimeout "1m" is not above recoveryTimeout "60s"; write a ' +
          'longer maxRecoveryTimeout, or leave it out',
      ],
    ],
    silent: [
      [circuit({ recoveryGrowth: 2, maxRecoveryTimeout: '5m' })],
      [circuit({ recoveryGrowth: 2 })],
      [circuit({ maxRecoveryTimeout: '60s' })],
    ],
  },
  {
    name: 'a circuit that asks again while calls of before still hang',
    warned: [
      [
        [circuit({ recoveryTimeout: '5s' }), attempt({ limit: '30s' })],
        'CircuitProtected',
        'recoveryTimeout "5s" is below limit "30s" of each attempt, so the circuit asks again while calls of before ' +
          "still hang; write recoveryTimeout: '30s' or more, or a shorter limit",
      ],
      [
        [whole('30s'), circuit({ recoveryTimeout: '5s' }), attempt({ firstChunk: '1s' })],
        'CircuitProtected',
        'recoveryTimeout "5s" is below limit "30s" of the whole call, so the circuit asks again while calls of before ' +
          "still hang; write recoveryTimeout: '30s' or more, or a shorter limit",
      ],
    ],
    silent: [
      [circuit({ recoveryTimeout: '30s' }), attempt({ limit: '30s' })],
      [circuit(), attempt({ limit: '2m' })],
      [circuit({ recoveryTimeout: '5s' }), part('TimeLimited', {}, { limit: '2m' })],
      [whole('30s'), circuit({ recoveryTimeout: '5s' }), attempt({ limit: '4s' })],
    ],
  },
  {
    name: 'a slow call that cannot be, or that outlasts its window',
    warned: [
      [
        [whole('20s'), circuit({ slowCall: '20s' })],
        'CircuitProtected',
        'slowCall "20s" is not below limit "20s" of the whole call, so no call that ends well is ever slow; write a ' +
          'shorter slowCall',
      ],
      [
        [circuit({ slowCall: '36s' }), retry(), attempt({ limit: '10s' })],
        'CircuitProtected',
        'slowCall "36s" is not below the longest that maxAttempts 3 of limit "10s" can take, waits included, so no call ' +
          'that ends well is ever slow; write a shorter slowCall',
      ],
      [
        [circuit({ slowCall: '11s' }), attempt({ limit: '10s' })],
        'CircuitProtected',
        'slowCall "11s" is not below the longest that limit "10s" can take, waits included, so no call that ends well ' +
          'is ever slow; write a shorter slowCall',
      ],
      [
        [circuit({ slowCall: '10s', window: '5s' })],
        'CircuitProtected',
        'window "5s" is below slowCall "10s", so a slow call outlasts what it is counted in; write a window of several ' +
          'times slowCall',
      ],
    ],
    silent: [
      [whole('20s'), circuit({ slowCall: '19s' })],
      [circuit({ slowCall: '35s' }), retry(), attempt({ limit: '10s' })],
      [circuit({ slowCall: '36s' }), retry(), rateLimit(), attempt({ limit: '10s' })],
      [circuit({ slowCall: '10s', window: '1m' })],
      [circuit({ slowCall: '10s', window: '10s' })],
      [circuit({ slowCall: '36s' }), retry(), concurrency(), attempt({ limit: '10s' })],
      [circuit({ slowCall: '36s' }), retry({ backoff: () => 1 }), attempt({ limit: '10s' })],
      [circuit({ slowCall: '10s', window: 100 })],
    ],
  },
  {
    name: 'a window in which nothing is counted',
    warned: [
      [
        [circuit({ window: '1m' })],
        'CircuitProtected',
        'window "1m" does nothing without failureRate or slowCallRate; write failureRate: 0.5, or leave window out',
      ],
      [
        [circuit({ minimumCalls: 20 })],
        'CircuitProtected',
        'minimumCalls 20 does nothing without failureRate or slowCallRate; write failureRate: 0.5, or leave ' +
          'minimumCalls out',
      ],
    ],
    silent: [
      [circuit({ window: '1m', minimumCalls: 20, failureRate: 0.5 })],
      [circuit({ minimumCalls: null })],
      [circuit({ window: 100, slowCallRate: 0.5, slowCall: '1s' })],
      [part('CircuitProtected', {}, { window: '1m', minimumCalls: 20 })],
    ],
  },
];

describe('The warnings of describe()', () => {
  for (const { name, warned, silent } of CASES) {
    it(`tell of ${name}`, () => {
      for (const [stack, policy, says] of warned) {
        expect(warningsOf(stack).map((warning) => [warning.at.policy, warning.says])).to.deep.equal([[policy, says]]);
      }
    });

    it(`do not tell of ${name} where it is none`, () => {
      for (const stack of silent) expect(warningsOf(stack)).to.deep.equal([]);
    });
  }

  describe('of a class', () => {
    virtualTime();

    it('are none for the recommended stack, and none for the services', () => {
      class Service {
        @TimeLimited('1m')
        @CircuitProtected({ failureThreshold: 3, fallback: () => 'later' })
        @RetryOnTransient()
        @RespectRateLimit()
        @ConcurrencyLimited({ limit: 5, queue: 10 })
        @TimeLimited('10s')
        async ask(): Promise<string> {
          return 'answer';
        }
      }
      const stacks = [Service, GenerationService, EmbeddingService].flatMap((Class) =>
        Object.values(describeStack(Class)),
      );
      expect(stacks.flat().flatMap(({ warnings }) => warnings)).to.deep.equal([]);
      expect(stacks.flat().every(({ warnings }) => Array.isArray(warnings))).to.equal(true);
    });

    it('stand at the policy whose option it is, and go by what is in effect', () => {
      class Service {
        @TimeLimited('20s')
        @CircuitProtected()
        @RetryOnTransient()
        @TimeLimited('4s')
        async ask(): Promise<void> {}
      }
      const warningsBy = () =>
        Object.fromEntries((describeStack(Service).ask ?? []).map(({ policy, warnings }, i) => [i + policy, warnings]));
      expect(Object.values(warningsBy()).flat()).to.deep.equal([]);
      const restore = configure({
        settings: {
          methods: {
            'Service.ask': {
              retry: { maxAttempts: 1 },
              circuit: { fallbackOn: 'failure' },
              attemptLimit: { limit: '30s' },
            },
          },
        },
      });
      const found = warningsBy();
      restore();
      expect(Object.entries(found).map(([at, warnings]) => [at, warnings.length])).to.deep.equal([
        ['0TimeLimited', 0],
        ['1CircuitProtected', 1],
        ['2RetryOnTransient', 1],
        ['3TimeLimited', 1],
      ]);
      expect(found['3TimeLimited']?.[0]).to.match(/^limit "30s" of each attempt is not below limit "20s"/);
    });

    it('tell of methods that share a circuit and disagree about it, at each of them', () => {
      const name = uniqueName();
      class Base {
        @CircuitProtected({ circuit: name, failureThreshold: 3, recoveryTimeout: '10s' })
        async one(): Promise<void> {}
      }
      class Service extends Base {
        @CircuitProtected({ circuit: name, fallback: null, fallbackOn: 'failure' })
        async other(): Promise<null> {
          return null;
        }
      }
      const { one, other } = describeStack(Service);
      expect(one?.[0]?.warnings).to.deep.equal([
        'failureThreshold 3, recoveryTimeout "10s" here, but failureThreshold 5, recoveryTimeout "60s" in Service.other, ' +
          `which shares the circuit "${name}": each uses its own; write the same in both, or set it in ` +
          `circuits.${name} for all`,
      ]);
      expect(other?.[0]?.warnings).to.deep.equal([
        'failureThreshold 5, recoveryTimeout "60s" here, but failureThreshold 3, recoveryTimeout "10s" in Base.one, ' +
          `which shares the circuit "${name}": each uses its own; write the same in both, or set it in ` +
          `circuits.${name} for all`,
      ]);
      const section = { circuit: { failureThreshold: 4, recoveryTimeout: '20s' } } as const;
      const restore = configure({ settings: { circuits: { [name]: section } } });
      const agreed = Object.values(describeStack(Service)).flat();
      restore();
      expect(agreed.flatMap(({ warnings }) => warnings)).to.deep.equal([]);
    });

    it('do not compare circuits of different names, unnamed ones, or one with keys and one without', () => {
      const name = uniqueName();
      class Service {
        @CircuitProtected({ circuit: name })
        async one(): Promise<void> {}

        @CircuitProtected({ circuit: uniqueName(), failureThreshold: 3 })
        async two(): Promise<void> {}

        @CircuitProtected({ failureThreshold: 4 })
        async three(): Promise<void> {}

        @CircuitProtected({ failureThreshold: 6 })
        async four(): Promise<void> {}

        @CircuitProtected({ circuit: name, failureThreshold: 7, key: () => 'key' })
        async five(): Promise<void> {}
      }
      const stacks = Object.values(describeStack(Service)).flat();
      expect(stacks.flatMap(({ warnings }) => warnings)).to.deep.equal([]);
    });
  });
});

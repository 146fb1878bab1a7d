import type { Duration } from '../core/duration.js';
import { boolean, count, type Field, httpUrl, name, oneOf, positiveDuration, secret } from '../core/field.js';
import { type CircuitOptions, circuitFields } from '../policies/circuit/options.js';
import { concurrencyFields, type ConcurrencyOptions } from '../policies/concurrency/options.js';
import { hedgeFields, type HedgeOptions } from '../policies/hedge/options.js';
import { type RateLimitOptions, rateLimitFields } from '../policies/rate-limit/options.js';
import { type RetryOptions, retryFields } from '../policies/retry/options.js';
import { type TimeLimitOptions, timeLimitFields } from '../policies/time-limit/options.js';

const resilienceFields = {
  enabled: {
    doc: 'Whether decorators do anything. When false every decorated method is called directly, without fallbacks.',
    format: boolean,
    default: true,
    env: 'RESILIENCE_ENABLED',
  },
  watch: {
    doc: 'Whether the settings file is read again when it changes, and when SIGHUP asks for it.',
    format: boolean,
    default: true,
    env: 'RESILIENCE_WATCH',
  },
} satisfies Record<string, Field<unknown>>;

const openaiFields = {
  apiKey: {
    doc: 'The API key.',
    format: secret,
    default: null,
    env: 'OPENAI_API_KEY',
    sensitive: true,
  },
  baseUrl: {
    doc: "Where the API is. The SDK's own default where nothing is said.",
    format: httpUrl,
    default: null,
    env: 'OPENAI_BASE_URL',
  },
  chatModel: {
    doc: 'The model that answers.',
    format: name,
    default: 'gpt-5-mini',
    env: 'OPENAI_CHAT_MODEL',
  },
  embeddingModel: {
    doc: 'The model that embeds.',
    format: name,
    default: 'text-embedding-3-small',
    env: 'OPENAI_EMBEDDING_MODEL',
  },
  embeddingDimensions: {
    doc: 'The length of an embedding.',
    format: count(1),
    default: 1536,
    env: 'OPENAI_EMBEDDING_DIMENSIONS',
  },
  attemptTimeout: {
    doc: 'How long one request may take; of a stream, until its answer begins. Generous, because reasoning models think long.',
    format: positiveDuration,
    default: '120s',
    env: 'OPENAI_ATTEMPT_TIMEOUT',
  },
  firstChunk: {
    doc: 'How long a streamed answer may take until its first piece.',
    format: positiveDuration,
    default: '120s',
    env: 'OPENAI_FIRST_CHUNK',
  },
  betweenChunks: {
    doc: 'How long a streamed answer may take between two pieces.',
    format: positiveDuration,
    default: '60s',
    env: 'OPENAI_BETWEEN_CHUNKS',
  },
} satisfies Record<string, Field<unknown>>;

const logFields = {
  level: {
    doc: "The least severe level that holdfast's own logger writes. A logger handed to configure() has its own.",
    format: oneOf('error', 'warn', 'info', 'debug', 'silent'),
    default: 'info',
    env: 'LOG_LEVEL',
  },
} satisfies Record<string, Field<unknown>>;

/** The convict schema: names, docs, formats, defaults and environment variables of every setting. */
export const schema = {
  resilience: resilienceFields,
  retry: retryFields,
  circuit: circuitFields,
  rateLimit: rateLimitFields,
  openai: openaiFields,
  log: logFields,
};

export type Group = keyof typeof schema;

/** What a section `methods.<Class.method>` may set. */
export const methodFields = { ...retryFields, ...circuitFields };

/** What it may set of other policies, each in an object of its own, because their names would clash. */
export const methodGroups = {
  rateLimit: rateLimitFields,
  concurrency: concurrencyFields,
  hedge: hedgeFields,
  timeLimit: timeLimitFields,
  attemptLimit: timeLimitFields,
};

export type PolicyGroup = keyof typeof methodGroups;

type TimeLimitData = Partial<Omit<TimeLimitOptions, 'signal'>>;
type Data<O, K extends keyof O> = { readonly [P in K]-?: Exclude<O[P], undefined> };
type RetryData = Data<RetryOptions, 'maxAttempts' | 'minWait' | 'maxWait' | 'jitter' | 'nested'>;
type ConcurrencyData = Data<ConcurrencyOptions, 'limit' | 'queue' | 'maxQueueWait'>;
type HedgeData = Data<HedgeOptions, 'after' | 'maxHedges'>;
type CircuitData = Data<
  CircuitOptions,
  | 'failureThreshold'
  | 'window'
  | 'recoveryTimeout'
  | 'recoveryGrowth'
  | 'probes'
  | 'rampUp'
  | 'shadow'
  | 'maxKeys'
  | 'fallbackOn'
> & {
  /** Null: no such rule. */
  readonly failureRate: number | null;
  /** Null: no such rule. */
  readonly slowCall: Duration | null;
  /** Null: 1 where `slowCall` is set. */
  readonly slowCallRate: number | null;
  /** Null: 20, or a smaller window of calls. */
  readonly minimumCalls: number | null;
  /** Null: ten times `recoveryTimeout`. */
  readonly maxRecoveryTimeout: Duration | null;
  /** Null: `recoveryTimeout`, at most five seconds. */
  readonly probeInterval: Duration | null;
};

type RateLimitData = Data<RateLimitOptions, 'maxWait' | 'maxAttempts' | 'minWait'>;

/** All settings, validated and frozen. Durations are strings with their unit, as everywhere in code. */
export interface Settings {
  readonly resilience: { readonly enabled: boolean; readonly watch: boolean };
  readonly retry: RetryData;
  readonly circuit: CircuitData;
  readonly rateLimit: RateLimitData;
  readonly openai: {
    /** Null where none is set. */
    readonly apiKey: string | null;
    /** Null: the SDK's own. */
    readonly baseUrl: string | null;
    readonly chatModel: string;
    readonly embeddingModel: string;
    readonly embeddingDimensions: number;
    readonly attemptTimeout: Duration;
    readonly firstChunk: Duration;
    readonly betweenChunks: Duration;
  };
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug' | 'silent' };
  /** Options of circuits by name: these win over everything else. */
  readonly circuits: { readonly [circuit: string]: Partial<CircuitData> };
  /** Options of methods by `Class.method`: these win over everything else. */
  readonly methods: {
    readonly [method: string]: Partial<RetryData & CircuitData> & {
      readonly rateLimit?: Partial<RateLimitData>;
      readonly concurrency?: Partial<ConcurrencyData>;
      readonly hedge?: Partial<HedgeData>;
      /** The limit at the top of the stack, or the only one. */
      readonly timeLimit?: TimeLimitData;
      /** The limit of each attempt. */
      readonly attemptLimit?: TimeLimitData;
    };
  };
}

/** Settings of which any part may be left out. */
export type SettingsOverrides = { readonly [G in keyof Settings]?: Partial<Settings[G]> };

import { brand } from './brand.js';
import type { CircuitStateName, TimeLimitReason } from './events.js';

// The errors that holdfast creates. Their messages hold names and numbers, never arguments or results.

/** The call that an error is about. */
export interface OfCall {
  /** The decorated method, as `Class.method`. */
  readonly method?: string | undefined;
  /** The circuit around the call, if there is one. */
  readonly circuit?: string | undefined;
}

/** Sets the known properties. Unknown ones are left out, so that a printed error shows none that is undefined. */
function setKnown<E extends Error>(error: E, known: { readonly [K in keyof E]?: E[K] | undefined }): void {
  for (const [key, value] of Object.entries(known))
    if (value !== undefined) Object.defineProperty(error, key, { value, enumerable: true });
}

/** What {@link CircuitOpenError} needs to know about the circuit. */
interface Rejection {
  readonly circuit: string;
  /** The state of the circuit when it rejected the call. @default 'open' */
  readonly state?: CircuitStateName;
  /** Milliseconds until the circuit admits a call again; read at each access of the error's property. */
  readonly retryAfterMs: number;
  /** The decorated method, as `Class.method`. */
  readonly method?: string | undefined;
}

/** Thrown (or passed to the fallback) when a circuit rejects a call: nothing was sent upstream. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  /** The name of the circuit. */
  readonly circuit: string;
  /** The decorated method, as `Class.method`, if it is known. */
  declare readonly method?: string;
  /** `open`, `half-open` or `isolated`; `closed` while the circuit ramps up. */
  readonly state: CircuitStateName;
  /** Milliseconds until the circuit may admit a call, computed when read. Infinity while it is isolated. */
  declare readonly retryAfterMs: number;

  constructor(rejection: Rejection, options?: ErrorOptions) {
    const { circuit, method, state = 'open' } = rejection;
    super(
      state === 'isolated'
        ? `The circuit "${circuit}" is isolated: the call was not made. Write circuit(…).reset() to close it.`
        : `The circuit "${circuit}" is open: the call was not made. See retryAfterMs for when to ask again.`,
      options,
    );
    this.circuit = circuit;
    this.state = state;
    setKnown<CircuitOpenError>(this, { method });
    // An own property, so that a printed error and its JSON show it.
    Object.defineProperty(this, 'retryAfterMs', { get: () => rejection.retryAfterMs, enumerable: true });
  }
}

const WAITS: Readonly<Record<string, string>> = {
  'first-chunk': 'wait for the first chunk',
  'between-chunks': 'wait for the next chunk',
};

/** Thrown when a time limit ends a call or an attempt. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
  /** What took too long. */
  readonly reason: TimeLimitReason;
  /** The decorated method, as `Class.method`. */
  declare readonly method?: string;
  /** The circuit around the call, if there is one. */
  declare readonly circuit?: string;

  constructor(
    /** The limit, in milliseconds. */
    readonly limitMs: number,
    {
      method,
      circuit,
      reason = 'call',
      ...options
    }: ErrorOptions & OfCall & { readonly reason?: TimeLimitReason } = {},
  ) {
    super(`The ${WAITS[reason] ?? reason} took longer than its limit of ${limitMs} ms.`, options);
    this.reason = reason;
    setKnown<TimeLimitError>(this, { method, circuit });
  }
}

/** Thrown when a rate limit, the upstream's or that of a limiter, lasts longer than the call may wait. */
export class RateLimitedError extends Error {
  override readonly name = 'RateLimitedError';
  /** The decorated method, as `Class.method`. */
  declare readonly method?: string;
  /** The circuit around the call, if there is one. */
  declare readonly circuit?: string;
  /** The limiter that rejected the call: nothing was sent upstream. Absent if the limit is the upstream's. */
  declare readonly limiter?: string;

  constructor(
    /** Milliseconds until the upstream, or the limiter, accepts the call. */
    readonly retryAfterMs: number,
    { method, circuit, limiter, ...options }: ErrorOptions & OfCall & { readonly limiter?: string | undefined } = {},
  ) {
    const which = limiter === undefined ? "The upstream's rate limit" : `The rate limit of the limiter "${limiter}"`;
    super(`${which} lasts ${Math.ceil(retryAfterMs)} ms more, which is longer than the call may wait.`, options);
    setKnown<RateLimitedError>(this, { method, circuit, limiter });
  }
}

/** Thrown when a bulkhead and its queue are full, or when a call has waited in the queue for too long. */
export class ConcurrencyLimitError extends Error {
  override readonly name = 'ConcurrencyLimitError';
  /** The decorated method, as `Class.method`. */
  declare readonly method?: string;
  /** The circuit around the call, if there is one. */
  declare readonly circuit?: string;
  /** The name of the bulkhead, if it has one. */
  declare readonly bulkhead?: string;

  constructor(
    /** The number of calls that the bulkhead admits at a time. */
    readonly limit: number,
    {
      waitMs,
      method,
      circuit,
      bulkhead,
      ...options
    }: ErrorOptions &
      OfCall & {
        /** How long the call waited, in milliseconds. Undefined if it did not wait: then the queue was full. */
        readonly waitMs?: number | undefined;
        readonly bulkhead?: string | undefined;
      } = {},
  ) {
    const why = waitMs === undefined ? 'the queue is full' : `none was released within ${waitMs} ms`;
    super(`All ${limit} permits are in use and ${why}: the call was not made.`, options);
    setKnown<ConcurrencyLimitError>(this, { method, circuit, bulkhead });
  }
}

/** A successful answer with unusable content. It counts against the circuit and is not retried. */
export class MalformedResponseError extends Error {
  override readonly name = 'MalformedResponseError';
}

/**
 * A method throws it to forbid a retry: `throw new FinalError('The order is booked already.', { cause })`. Its kind is
 * the kind of its cause (`unknown` without a cause), so that the circuit still counts a fault of the upstream. It is
 * never transient; only `retryOn` may repeat it.
 */
export class FinalError extends Error {
  override readonly name = 'FinalError';
  /** Marks the class for other copies of the package. */
  readonly final = true;
}

/** Chaos throws it instead of making the call, if the settings ask for that. Its kind is its `fault`. */
export class ChaosError extends Error {
  override readonly name = 'ChaosError';

  constructor(
    /** The kind of failure that chaos imitates. */
    readonly fault: 'network' | 'timeout' | 'server' | 'rate-limited' | 'malformed',
  ) {
    super(`The settings "chaos" made this call fail as "${fault}": nothing was sent.`);
  }
}

/** An error that a streaming answer reported inside the stream, reduced to a code that the classifier knows. */
export class StreamFailureError extends Error {
  override readonly name = 'StreamFailureError';

  constructor(readonly code: string) {
    super('The upstream reported an error inside the stream.');
  }
}

/** Thrown for wrong settings or options, before any call is made. Lists every problem. */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';
  /** Each problem names the key, the value and what was expected. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(
      problems.length === 1
        ? problems[0]
        : `${problems.length} problems:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
      options,
    );
    this.problems = Object.freeze([...problems]);
  }
}

/** Thrown when a class is defined with a decorator in a wrong place or order. Says what to write instead. */
export class DecorationError extends ConfigurationError {
  override readonly name: string = 'DecorationError';
}

brand({
  CircuitOpenError,
  TimeLimitError,
  RateLimitedError,
  ConcurrencyLimitError,
  MalformedResponseError,
  FinalError,
  ChaosError,
  StreamFailureError,
  ConfigurationError,
  DecorationError,
});

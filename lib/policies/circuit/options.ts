import type { Duration } from '../../core/duration.js';
import type { Failure } from '../../core/failure.js';
import {
  anything,
  boolean,
  callback,
  codeOption,
  count,
  duration,
  durationOrCount,
  factor,
  type Field,
  name,
  oneOf,
  positiveDuration,
  share,
} from '../../core/field.js';

/**
 * What answers in place of the upstream: a value, or a function that is called with the method's `this`, the error
 * and the method's arguments.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a fallback may name the method's `this` and arguments, or leave them out
export type Fallback<R> = R | ((this: any, error: unknown, ...args: any[]) => R | PromiseLike<R>);

/** Options of `@CircuitProtected()`. What is left out comes from the settings `circuit.*`. */
export interface CircuitOptions<R = never> {
  /** The circuit's name: everyone who names it shares it. Without a name it belongs to the method. */
  readonly circuit?: string;
  /**
   * One circuit per key, such as a model or a tenant; called with the method's arguments, must return a string. Keys
   * are never logged.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- the arguments' types are the method's, which an option cannot know
  readonly key?: (...args: any[]) => string;
  /** How many keys are remembered; beyond that the least recently used is forgotten, unless it is open. @default 10000 */
  readonly maxKeys?: number;
  /** Failures in a row that open the circuit. An integer >= 1. @default 5 */
  readonly failureThreshold?: number;
  /**
   * The share of failures among the calls of `window` that opens the circuit, once `minimumCalls` have finished. A number
   * above 0 and at most 1. @default none
   */
  readonly failureRate?: number;
  /**
   * A call that takes longer than this is slow, retries and their waits included. Of a stream, the time until its first
   * chunk counts. @default none
   */
  readonly slowCall?: Duration;
  /** The share of slow calls that opens the circuit, as `failureRate` does. @default 1 where `slowCall` is given */
  readonly slowCallRate?: number;
  /**
   * How far back the rates look: a duration, or a number of calls from 1 to 100 000. A duration is kept in sixteenths: a call counts no
   * longer than this, and at most a sixteenth less. @default '60s'
   */
  readonly window?: Duration | number;
  /** Calls in the window before a rate means anything. Not above a `window` of calls. @default 20, or a smaller `window` of calls */
  readonly minimumCalls?: number;
  /** How long the circuit stays open before it lets a probe through, plus up to 10 %. @default '60s' */
  readonly recoveryTimeout?: Duration;
  /** Multiplies `recoveryTimeout` for each time in a row that a probe failed. A number >= 1. @default 1 */
  readonly recoveryGrowth?: number;
  /** The longest that the circuit stays open, plus up to 10 %. @default ten times `recoveryTimeout` */
  readonly maxRecoveryTimeout?: Duration;
  /** Probes at a time while half-open, and successes that close the circuit. @default 1 */
  readonly probes?: number;
  /** How long a probe may take before another one is let through. @default `recoveryTimeout`, at most '5s' */
  readonly probeInterval?: Duration;
  /**
   * After the circuit has closed, the share of calls that it admits grows over this time, evenly, from none to all; the
   * others are refused. @default '0s', all at once
   */
  readonly rampUp?: Duration;
  /**
   * Whether the circuit takes part in the fleet that `connectFleet` joined. `watch` exchanges and logs everything and
   * rejects nobody. @default 'on' for a circuit with a name and without `key`, else 'off'
   */
  readonly fleet?: 'off' | 'watch' | 'on';
  /**
   * Whether this failure counts against the upstream, in place of its kind. A cancelled call never does. What would have
   * counted and does not is ignored.
   */
  readonly failureOn?: (failure: Failure, error: unknown) => boolean;
  /** Whether a value that the method returned counts as a failure; it is returned all the same. Not asked for streams. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the value's type is the method's, which an option cannot know
  readonly failureOnResult?: (value: any) => boolean;
  /** Decide, count and tell everything, and refuse nobody: to watch a circuit before it is trusted. @default false */
  readonly shadow?: boolean;
  /** Answers while the circuit refuses. Its result must be what the method resolves to; of a stream, one chunk. */
  readonly fallback?: Fallback<R>;
  /** `'open'`: answer while the circuit refuses; `'failure'`: also when a transient failure is final. @default 'open' */
  readonly fallbackOn?: 'open' | 'failure';
}

/** A window of calls takes a byte for each, in every circuit: whoever wants more means milliseconds. */
const MOST_CALLS = 100_000;

/** The options that are data, and so may come from any layer of the settings. */
export const circuitFields = {
  failureThreshold: {
    doc: 'Failures in a row that open the circuit. One exhausted retry sequence is one failure.',
    format: count(1),
    default: 5,
    env: 'CIRCUIT_FAILURE_THRESHOLD',
  },
  failureRate: {
    doc: 'The share of failures among the calls of the window that opens the circuit. No such rule where nothing is said.',
    format: share,
    default: null,
  },
  slowCall: {
    doc: 'A call that takes longer than this is slow. No such rule where nothing is said.',
    format: positiveDuration,
    default: null,
  },
  slowCallRate: {
    doc: 'The share of slow calls that opens the circuit. 1 where only slowCall is said.',
    format: share,
    default: null,
  },
  window: {
    doc: 'How far back the rates look: a duration with its unit, or a number of calls.',
    format: durationOrCount(MOST_CALLS),
    default: '60s',
  },
  minimumCalls: {
    doc: 'Calls in the window before a rate means anything. 20, or a smaller window of calls, where nothing is said.',
    format: count(1),
    default: null,
  },
  recoveryTimeout: {
    doc: 'How long the circuit stays open before it lets a probe through, plus up to 10 %.',
    format: positiveDuration,
    default: '60s',
    env: 'CIRCUIT_RECOVERY_TIMEOUT',
  },
  recoveryGrowth: {
    doc: 'Multiplies recoveryTimeout for each time in a row that a probe failed.',
    format: factor,
    default: 1,
  },
  maxRecoveryTimeout: {
    doc: 'The longest that the circuit stays open, plus up to 10 %. Ten times recoveryTimeout where nothing is said.',
    format: positiveDuration,
    default: null,
  },
  probes: {
    doc: 'Probes at a time while half-open, and successes that close the circuit.',
    format: count(1),
    default: 1,
  },
  probeInterval: {
    doc: 'How long a probe may take before another one is let through. recoveryTimeout, at most 5s, where nothing is said.',
    format: positiveDuration,
    default: null,
  },
  fleet: {
    doc: 'Whether the circuit takes part in the fleet: `on`, `off`, or `watch` to exchange and log everything and reject nobody. Default: `on` for a circuit with a name and without `key`, else `off`.',
    format: oneOf('off', 'watch', 'on'),
    default: null,
  },
  rampUp: {
    doc: 'The time over which the share of admitted calls grows from none to all after the circuit has closed.',
    format: duration,
    default: '0s',
  },
  shadow: {
    doc: 'Whether the circuit decides, counts and tells everything, but refuses nobody.',
    format: boolean,
    default: false,
  },
  maxKeys: {
    doc: 'How many keys of a circuit with a key function are remembered.',
    format: count(1),
    default: 10_000,
  },
  fallbackOn: {
    doc: 'Whether the fallback answers only while the circuit refuses ("open") or also after a final failure ("failure").',
    format: oneOf('open', 'failure'),
    default: 'open',
  },
} satisfies Record<string, Field<unknown>>;

/** Everything that `@CircuitProtected()` takes. */
export const circuitOptions = {
  ...circuitFields,
  circuit: codeOption(name),
  key: codeOption(callback),
  failureOn: codeOption(callback),
  failureOnResult: codeOption(callback),
  fallback: codeOption(anything),
};

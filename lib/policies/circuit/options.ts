import type { commonOptions } from '../../core/common-options.js';
import { FAILURE_KINDS, type Failure } from '../../core/failure.js';
import {
  anything,
  boolean,
  callback,
  count,
  countOr,
  duration,
  durationOrCount,
  either,
  factor,
  type Field,
  listOf,
  name,
  oneOf,
  type OptionsOf,
  positiveDuration,
  type ResolvedOf,
  share,
} from '../../core/field.js';

/**
 * The answer instead of the upstream's: a value, or a function that is called with the method's `this`, the error and
 * the method's arguments.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a fallback may name the method's `this` and arguments, or leave them out
export type Fallback<R> = R | ((this: any, error: unknown, ...args: any[]) => R | PromiseLike<R>);

/**
 * The largest window of calls. It takes one byte per call in every circuit; a larger number was probably meant in
 * milliseconds.
 */
const MAX_CALLS = 100_000;

/** Without `cancelled`: the caller who cancelled gets no answer. */
const FALLBACK_KINDS = FAILURE_KINDS.filter((kind) => kind !== 'cancelled');

/** The options of `@CircuitProtected()`. */
export const circuitFields = {
  /**
   * Failures in a row that open the circuit. One exhausted retry sequence is one failure. An integer >= 1, or `off`.
   * Off if `failureRate` is set and this is not. @default 5
   */
  failureThreshold: {
    doc: 'Failures in a row that open the circuit. One exhausted retry sequence is one failure. An integer >= 1, or `off`. Off if `failureRate` is set and this is not.',
    format: countOr('off'),
    default: 5,
    env: 'CIRCUIT_FAILURE_THRESHOLD',
  },
  /**
   * The share of failures among the calls of `window` that opens the circuit, once `minimumCalls` have finished. Above
   * 0 and at most 1. Default: none (the rule is off).
   */
  failureRate: {
    doc: 'The share of failures among the calls of `window` that opens the circuit, once `minimumCalls` have finished. Above 0 and at most 1. Default: none (the rule is off).',
    format: share,
    default: null,
  },
  /**
   * A call that takes longer than this is slow, retries and their waits included. For streams, the time until the first
   * chunk counts. Default: none (the rule is off).
   */
  slowCall: {
    doc: 'A call that takes longer than this is slow, retries and their waits included. For streams, the time until the first chunk counts. Default: none (the rule is off).',
    format: positiveDuration,
    default: null,
  },
  /**
   * The share of slow calls among the calls of `window` that opens the circuit. Needs `slowCall`. Default: 1 if
   * `slowCall` is set.
   */
  slowCallRate: {
    doc: 'The share of slow calls among the calls of `window` that opens the circuit. Needs `slowCall`. Default: 1 if `slowCall` is set.',
    format: share,
    default: null,
  },
  /**
   * How far back the rates look: a duration, or a number of calls from 1 to 100 000. A duration is kept in sixteenths:
   * a call counts no longer than this, and at most a sixteenth less. @default '60s'
   */
  window: {
    doc: 'How far back the rates look: a duration, or a number of calls from 1 to 100 000. A duration is kept in sixteenths: a call counts no longer than this, and at most a sixteenth less.',
    format: durationOrCount(MAX_CALLS),
    default: '60s',
  },
  /**
   * Calls in the window before a rate opens the circuit. At most a `window` of calls. Default: 20, or a smaller
   * `window` of calls.
   */
  minimumCalls: {
    doc: 'Calls in the window before a rate opens the circuit. At most a `window` of calls. Default: 20, or a smaller `window` of calls.',
    format: count(1),
    default: null,
  },
  /** How long the circuit stays open before it admits a probe, plus up to 10 %. @default '60s' */
  recoveryTimeout: {
    doc: 'How long the circuit stays open before it admits a probe, plus up to 10 %.',
    format: positiveDuration,
    default: '60s',
    env: 'CIRCUIT_RECOVERY_TIMEOUT',
  },
  /** Multiplies `recoveryTimeout` for each time in a row that a probe failed. A number >= 1. @default 1 */
  recoveryGrowth: {
    doc: 'Multiplies `recoveryTimeout` for each time in a row that a probe failed. A number >= 1.',
    format: factor,
    default: 1,
  },
  /** The longest that the circuit stays open, plus up to 10 %. Default: ten times `recoveryTimeout`. */
  maxRecoveryTimeout: {
    doc: 'The longest that the circuit stays open, plus up to 10 %. Default: ten times `recoveryTimeout`.',
    format: positiveDuration,
    default: null,
  },
  /**
   * Probes at a time while the circuit is half-open, and how many of them decide, as `probeSuccess` says. @default 1
   */
  probes: {
    doc: 'Probes at a time while the circuit is half-open, and how many of them decide, as `probeSuccess` says.',
    format: count(1),
    default: 1,
  },
  /**
   * How long a probe may take before the circuit admits another one. Default: a quarter of `recoveryTimeout`, at most
   * 5s.
   */
  probeInterval: {
    doc: 'How long a probe may take before the circuit admits another one. Default: a quarter of `recoveryTimeout`, at most 5s.',
    format: positiveDuration,
    default: null,
  },
  /** The share of `probes` that must succeed to close the circuit. Above 0 and at most 1. @default 1 */
  probeSuccess: {
    doc: 'The share of `probes` that must succeed to close the circuit. Above 0 and at most 1.',
    format: share,
    default: 1,
  },
  /**
   * After the circuit has closed, the share of admitted calls grows evenly from none to all over this time; the circuit
   * rejects the others. @default '0s'
   */
  rampUp: {
    doc: 'After the circuit has closed, the share of admitted calls grows evenly from none to all over this time; the circuit rejects the others.',
    format: duration,
    default: '0s',
  },
  /**
   * Whether the circuit decides, counts and logs everything, but rejects no call: to watch a circuit before it takes
   * effect. @default false
   */
  shadow: {
    doc: 'Whether the circuit decides, counts and logs everything, but rejects no call: to watch a circuit before it takes effect.',
    format: boolean,
    default: false,
  },
  /**
   * How many keys have a circuit. Beyond that, the least recently used circuit is deleted, unless it is open.
   * @default 10000
   */
  maxKeys: {
    doc: 'How many keys have a circuit. Beyond that, the least recently used circuit is deleted, unless it is open.',
    format: count(1),
    default: 10_000,
  },
  /**
   * When the fallback answers. `open`: while the circuit rejects calls; `failure`: also when a transient failure is
   * final; a list of kinds: for these final failures; a function: as it decides. Never for a cancelled call.
   * @default 'open'
   */
  fallbackOn: {
    doc: 'When the fallback answers. `open`: while the circuit rejects calls; `failure`: also when a transient failure is final; a list of kinds: for these final failures; a function: as it decides. Never for a cancelled call.',
    format: either(
      either(oneOf('open', 'failure'), listOf(...FALLBACK_KINDS)),
      callback<(failure: Failure, error: unknown) => boolean>(),
    ),
    default: 'open',
  },
  /**
   * Whether the circuit takes part in the fleet: `on`, `off`, or `watch` to exchange and log everything and reject no
   * call. Default: `on` for a circuit with a name and without `key`, else `off`.
   */
  fleet: {
    doc: 'Whether the circuit takes part in the fleet: `on`, `off`, or `watch` to exchange and log everything and reject no call. Default: `on` for a circuit with a name and without `key`, else `off`.',
    format: oneOf('off', 'watch', 'on'),
    default: null,
  },
  /** The name of the circuit. Methods that give the same name share it. Default: the circuit belongs to the method. */
  circuit: {
    doc: 'The name of the circuit. Methods that give the same name share it. Default: the circuit belongs to the method.',
    format: name,
  },
  /**
   * One circuit per key, such as a model or a tenant. Called with the method's arguments, must return a string. Keys
   * are never logged.
   */
  key: {
    doc: "One circuit per key, such as a model or a tenant. Called with the method's arguments, must return a string. Keys are never logged.",
    // oxlint-disable-next-line typescript/no-explicit-any -- the arguments' types are the method's, which an option cannot know
    format: callback<(...args: any[]) => string>(),
  },
  /**
   * Whether this failure counts against the upstream, instead of its kind. A cancelled call never does. A failure that
   * does not count is ignored.
   */
  failureOn: {
    doc: 'Whether this failure counts against the upstream, instead of its kind. A cancelled call never does. A failure that does not count is ignored.',
    format: callback<(failure: Failure, error: unknown) => boolean>(),
  },
  /**
   * Whether a value that the method returned counts as a failure; the caller still gets the value. Not called for
   * streams.
   */
  failureOnResult: {
    doc: 'Whether a value that the method returned counts as a failure; the caller still gets the value. Not called for streams.',
    // oxlint-disable-next-line typescript/no-explicit-any -- the value's type is the method's, which an option cannot know
    format: callback<(value: any) => boolean>(),
  },
  /**
   * Answers while the circuit rejects calls. Its result must fit what the method resolves to; for streams, one chunk.
   */
  fallback: {
    doc: 'Answers while the circuit rejects calls. Its result must fit what the method resolves to; for streams, one chunk.',
    format: anything,
  },
} satisfies Record<string, Field<unknown>>;

/** Options of `@CircuitProtected()`. Unset options come from the settings `circuit.*`. */
export interface CircuitOptions<R = never> extends OptionsOf<typeof circuitFields>, OptionsOf<typeof commonOptions> {
  readonly fallback?: Fallback<R>;
}

/** Circuit options in effect: null if an option has no default and is not set. */
export type ResolvedCircuitOptions = ResolvedOf<typeof circuitFields>;

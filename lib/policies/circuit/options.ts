import type { Duration } from '../../core/duration.js';
import {
  anything,
  callback,
  codeOption,
  count,
  factor,
  type Field,
  name,
  oneOf,
  positiveDuration,
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
  /** Answers while the circuit refuses. Its result must be what the method resolves to; of a stream, one chunk. */
  readonly fallback?: Fallback<R>;
  /** `'open'`: answer while the circuit refuses; `'failure'`: also when a transient failure is final. @default 'open' */
  readonly fallbackOn?: 'open' | 'failure';
}

/** The options that are data, and so may come from any layer of the settings. */
export const circuitFields = {
  failureThreshold: {
    doc: 'Failures in a row that open the circuit. One exhausted retry sequence is one failure.',
    format: count(1),
    default: 5,
    env: 'CIRCUIT_FAILURE_THRESHOLD',
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
  fallback: codeOption(anything),
};

import { Answer } from '../../call/policy.js';
import { answerAbout, causedBy } from '../../call/predicate.js';
import type { Failure } from '../../core/failure.js';
import { isObject, read } from '../../failures/reading.js';
import type { Fallback, ResolvedCircuitOptions } from './options.js';

const LEARNER = Symbol.for('holdfast:learner');

/** A fallback that answers with earlier results. May come from another copy of the package. */
export interface Learner {
  readonly [LEARNER]: true;
  /** Called with each successful result. Never throws. */
  learn(self: unknown, args: readonly unknown[], value: unknown): void;
  /** The learnt answer for a call; undefined if there is none. Never throws. */
  learnt(self: unknown, args: readonly unknown[]): { readonly value: unknown } | undefined;
}

export function learner(how: Omit<Learner, typeof LEARNER>): Learner {
  return { ...how, [LEARNER]: true };
}

export function isLearner(fallback: unknown): fallback is Learner {
  return read(fallback, LEARNER) === true;
}

type AnyFallback = (this: unknown, error: unknown, ...args: unknown[]) => unknown;

/** A fallback, prepared to answer. */
export interface Substitute {
  /** True if the answer does not depend on the error. */
  readonly isConstant: boolean;
  /**
   * False if it has no answer for the call; then the call fails as if there were no fallback. Undefined if it has one
   * for every call.
   */
  readonly isReady?: (self: unknown, args: readonly unknown[]) => boolean;
  /** The fallback's answer. If the fallback fails, its error is thrown, with the first error as its `cause`. */
  with(self: unknown, args: readonly unknown[], error: unknown): Answer;
}

/** True if `fallbackOn` covers this failure. For calls that the circuit did not reject. */
export function answersFor(
  on: ResolvedCircuitOptions['fallbackOn'],
  method: string,
  failure: Failure,
  error: unknown,
): boolean {
  if (on === 'open' || failure.kind === 'cancelled') return false;
  if (on === 'failure') return failure.transient;
  if (typeof on !== 'function') return on.includes(failure.kind);
  return answerAbout(error, () => on(failure, error), method, '@CircuitProtected() fallbackOn');
}

export function answerBy(fallback: Fallback<unknown>): Substitute {
  if (isLearner(fallback))
    return {
      isConstant: true,
      isReady: (self, args) => fallback.learnt(self, args) !== undefined,
      with: (self, args) => constantAnswer(copied(fallback.learnt(self, args)?.value)),
    };
  if (typeof fallback === 'function')
    return {
      isConstant: false,
      with: (self, args, error) => callFallback(fallback as AnyFallback, self, args, error),
    };
  if (isResponse(fallback)) {
    const copy = copiesOf(fallback);
    return { isConstant: true, with: (self, args, error) => callFallback(copy, self, args, error) };
  }
  // Copied, so that one caller cannot change another's answer.
  const valueOf = isPlain(fallback) ? () => copyOf(fallback) : () => fallback;
  return { isConstant: true, with: () => constantAnswer(valueOf()) };
}

function callFallback(fallback: AnyFallback, self: unknown, args: readonly unknown[], error: unknown): Answer {
  try {
    // A spread is expensive for a rejected call. Most calls have one argument, so they avoid it.
    const value = args.length === 1 ? fallback.call(self, error, args[0]) : fallback.call(self, error, ...args);
    if (!isObject(value) || typeof read(value, 'then') !== 'function') return constantAnswer(value);
    const answered = Promise.resolve(value).catch((thrown) => Promise.reject(causedBy(thrown, error)));
    return new Answer(answered, undefined, 'fallback');
  } catch (thrown) {
    return new Answer(Promise.reject(causedBy(thrown, error)), undefined, 'fallback');
  }
}

function constantAnswer(value: unknown): Answer {
  return new Answer(Promise.resolve(value), undefined, 'constant');
}

function isResponse(value: unknown): value is Response {
  return typeof Response === 'function' && value instanceof Response && value.status >= 200;
}

/**
 * A `Response` can be read once only, so each caller gets one of its own. Made of the bytes, because each `clone()` of the
 * same `Response` splits its body once more.
 */
function copiesOf(response: Response): () => Promise<Response> {
  let bytes: Promise<ArrayBuffer> | undefined;
  return async () => {
    const body = response.body && (await (bytes ??= response.clone().arrayBuffer()));
    return new Response(body, response);
  };
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A deep copy of a plain object or array; any other value unchanged. */
export function copied(value: unknown): unknown {
  return isPlain(value) ? copyOf(value) : value;
}

/** Copies plain objects and arrays at every depth; other values inside are shared. */
function copyOf<T extends object>(value: T, copies = new Map<object, object>()): T {
  const known = copies.get(value);
  if (known) return known as T;
  const copy = (Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value))) as T;
  copies.set(value, copy);
  for (const key of Reflect.ownKeys(value)) {
    if (Array.isArray(value) && key === 'length') continue;
    const descriptor = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
    if (isPlain(descriptor.value)) descriptor.value = copyOf(descriptor.value, copies);
    // The copy of a frozen object is writable.
    Object.defineProperty(
      copy,
      key,
      'value' in descriptor ? { ...descriptor, writable: true, configurable: true } : descriptor,
    );
  }
  return copy;
}

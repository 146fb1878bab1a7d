import { Answer } from '../../call/policy.js';
import { answerOf } from '../../call/predicate.js';
import type { Failure } from '../../core/failure.js';
import { read } from '../../failures/reading.js';
import type { Fallback, ResolvedCircuitOptions } from './options.js';

const LEARNER = Symbol.for('holdfast:learner');

/** A fallback that answers with what it has seen: one of ours, also of another copy of the package. */
export interface Learner {
  readonly [LEARNER]: true;
  /** Called with each good answer. Never throws. */
  learn(self: unknown, args: readonly unknown[], value: unknown): void;
  /** The answer to such a call; undefined if there is none. Never throws. */
  learnt(self: unknown, args: readonly unknown[]): { readonly value: unknown } | undefined;
}

export function learner(how: Omit<Learner, typeof LEARNER>): Learner {
  return { ...how, [LEARNER]: true };
}

export function isLearner(fallback: unknown): fallback is Learner {
  return read(fallback, LEARNER) === true;
}

const always = (): boolean => true;

type AnyFallback = (this: unknown, error: unknown, ...args: unknown[]) => unknown;

/** What a fallback answers. */
export interface Substitute {
  /** True if the error makes no difference. */
  readonly isConstant: boolean;
  /** False if it has no answer for the call, which then fails as it would without it. */
  isReady(self: unknown, args: readonly unknown[]): boolean;
  /** If the fallback fails its error is thrown, with the first one as its `cause`. */
  with(self: unknown, args: readonly unknown[], error: unknown): Answer;
}

/** True if the fallback answers for a call that failed, and that the circuit did not reject. */
export function answersFor(
  on: ResolvedCircuitOptions['fallbackOn'],
  method: string,
  failure: Failure,
  error: unknown,
): boolean {
  if (on === 'open' || failure.kind === 'cancelled') return false;
  if (on === 'failure') return failure.transient;
  if (typeof on !== 'function') return on.includes(failure.kind);
  return answerOf(on(failure, error), method, '@CircuitProtected() fallbackOn', { cause: error });
}

export function answerBy(fallback: Fallback<unknown>): Substitute {
  if (isLearner(fallback))
    return {
      isConstant: true,
      isReady: (self, args) => fallback.learnt(self, args) !== undefined,
      with: (self, args) => constant(copied(fallback.learnt(self, args)?.value)),
    };
  if (typeof fallback === 'function')
    return {
      isReady: always,
      isConstant: false,
      with: (self, args, error) => called(fallback as AnyFallback, self, args, error),
    };
  // One caller must not be able to change another's answer.
  const valueOf = isPlain(fallback) ? () => copyOf(fallback) : () => fallback;
  return { isReady: always, isConstant: true, with: () => constant(valueOf()) };
}

function called(fallback: AnyFallback, self: unknown, args: readonly unknown[], error: unknown): Answer {
  try {
    // A spread costs a good part of what a rejected call may: calls with one argument, which most are, go without.
    const value = args.length === 1 ? fallback.call(self, error, args[0]) : fallback.call(self, error, ...args);
    if (typeof read(value, 'then') !== 'function') return constant(value);
    const answered = Promise.resolve(value).catch((thrown) => Promise.reject(causedBy(thrown, error)));
    return new Answer(answered, undefined, 'fallback');
  } catch (thrown) {
    return new Answer(Promise.reject(causedBy(thrown, error)), undefined, 'fallback');
  }
}

function constant(value: unknown): Answer {
  return new Answer(Promise.resolve(value), undefined, 'constant');
}

function causedBy(thrown: unknown, cause: unknown): unknown {
  // If it has a cause of its own, is frozen or is no error, it is thrown as it is.
  if (thrown instanceof Error && thrown !== cause && !('cause' in thrown) && Object.isExtensible(thrown)) {
    Object.defineProperty(thrown, 'cause', { value: cause, configurable: true, writable: true });
  }
  return thrown;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A copy of a plain object or array, so that nobody changes another's; anything else is the same. */
export function copied(value: unknown): unknown {
  return isPlain(value) ? copyOf(value) : value;
}

/** Plain objects and arrays are copied, however deep they are; whatever else is in them is the same. */
function copyOf<T extends object>(value: T, copies = new Map<object, object>()): T {
  const known = copies.get(value);
  if (known) return known as T;
  const copy = (Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value))) as T;
  copies.set(value, copy);
  for (const key of Reflect.ownKeys(value)) {
    if (Array.isArray(value) && key === 'length') continue;
    const descriptor = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
    if (isPlain(descriptor.value)) descriptor.value = copyOf(descriptor.value, copies);
    // A frozen original has answers that can be written on.
    Object.defineProperty(
      copy,
      key,
      'value' in descriptor ? { ...descriptor, writable: true, configurable: true } : descriptor,
    );
  }
  return copy;
}

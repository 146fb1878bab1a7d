import { read } from '../../failures/reading.js';
import type { Fallback } from './options.js';

type AnyFallback = (this: unknown, error: unknown, ...args: unknown[]) => unknown;

/** What a fallback answers. */
export interface Answer {
  /** True if the error makes no difference. */
  readonly isConstant: boolean;
  /** If the fallback fails its error is thrown, with the first one as its `cause`. */
  with(self: unknown, args: readonly unknown[], error: unknown): Promise<unknown>;
}

export function answerBy(fallback: Fallback<unknown>): Answer {
  if (typeof fallback === 'function')
    return { isConstant: false, with: (self, args, error) => called(fallback as AnyFallback, self, args, error) };
  // One caller must not be able to change another's answer.
  const valueOf = isPlain(fallback) ? () => copyOf(fallback) : () => fallback;
  return { isConstant: true, with: () => Promise.resolve(valueOf()) };
}

function called(fallback: AnyFallback, self: unknown, args: readonly unknown[], error: unknown): Promise<unknown> {
  try {
    // A spread costs a good part of what a rejected call may: calls with one argument, which most are, go without.
    const value = args.length === 1 ? fallback.call(self, error, args[0]) : fallback.call(self, error, ...args);
    const answered = Promise.resolve(value);
    if (typeof read(value, 'then') !== 'function') return answered;
    return answered.catch((thrown) => Promise.reject(causedBy(thrown, error)));
  } catch (thrown) {
    return Promise.reject(causedBy(thrown, error));
  }
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

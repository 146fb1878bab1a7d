import type { Policy } from '../call/policy.js';
import type { RetryBudget } from '../call/retry-budget.js';
import type { MethodContext } from '../call/method-context.js';
import type { CallStats } from '../call/stats.js';
import type { Fields } from '../core/field.js';
import { shared } from '../core/shared.js';
import type { Resolvable, Setting } from '../settings/resolve.js';
import type { Names } from '../settings/sections.js';
import { defineMetadata, getOwnMetadata, getOwnMetadataKeys } from './metadata.js';
import type { AnyFunction } from './types.js';

/** The name of a decorator. */
export type PolicyName = string;

/** The decorators of holdfast, in their order. */
export const BUILT_IN: readonly PolicyName[] = [
  'TimeLimited',
  'CircuitProtected',
  'TimeLimited',
  'Coalesced',
  'RetryOnTransient',
  'RespectRateLimit',
  'Hedged',
  'RateLimited',
  'ConcurrencyLimited',
  'TimeLimited',
];

/**
 * The order in which decorators can be stacked, outermost first. A time limit can limit the whole call, all attempts
 * together (right below the circuit), or each attempt. `definePolicy` of `holdfast/policy` inserts other policies.
 */
export const ORDER: PolicyName[] = shared('decorators.order', () => [...BUILT_IN]);

/** The position of a decorator: below one decorator, above another. */
export interface PlaceInOrder {
  readonly below?: PolicyName;
  readonly above?: PolicyName;
}

export type Options = Readonly<Record<string, unknown>>;
export type EffectiveSettings = Readonly<Record<string, Setting>>;

/** The position of a policy among the enabled policies of its stack, outermost first. */
export interface Position {
  readonly index: number;
  readonly stack: readonly PolicyName[];
  /** True if its decorator was written below another one, enabled or not. See `isInnerAt`. */
  readonly isInner: boolean;
}

/**
 * Whether a decorator is below another one. A time limit counts as inner only below all others: it limits each attempt.
 */
export function isInnerAt(index: number, stack: readonly Decoration[]): boolean {
  const isLimitOfAll = stack[index]?.decorator.policy === 'TimeLimited' && index < stack.length - 1;
  return index > 0 && !isLimitOfAll;
}

/** A kind of decorator: its options, and how to make its policy from them. */
export interface Decorator {
  readonly policy: PolicyName;
  readonly fields: Fields;
  /** Why it cannot decorate an `async *` method, and what to write instead; undefined if it can. */
  readonly noStreams: string | undefined;
  /** True if the method is one step of another decorated method, which counts its calls. */
  readonly isStep?: boolean;
  /** Groups of settings that the policy uses, its own first. */
  groups(isInner: boolean): readonly string[];
  /** Describes how the settings of its own group are resolved for these options. */
  resolvable(options: Options, isInner: boolean): Resolvable;
  /** Messages about options that contradict each other. */
  contradictions(options: Options): string[];
  /**
   * Makes the policy, or several that belong together, outermost first.
   * @param options the options in effect
   * @param self the object of the first call with these settings
   */
  bind(
    options: Options,
    context: MethodContext,
    owned: Owned,
    position: Position,
    self: unknown,
  ): Policy | readonly Policy[];
}

/** A decorator on a method, with its options. */
export interface Decoration {
  readonly decorator: Decorator;
  readonly options: Options;
}

/** The names that sections of the settings are matched with. */
export function namesOf(stack: readonly Decoration[], method: string): Names {
  const circuit = stack.find(({ decorator }) => decorator.policy === 'CircuitProtected')?.options.circuit;
  const isProtected = stack.some(({ decorator }) => decorator.policy === 'CircuitProtected');
  return { method, circuit: typeof circuit === 'string' ? circuit : isProtected ? method : undefined };
}

/** The different values of the option `name` in a stack. */
export function givenNames(stack: readonly Decoration[]): string[] {
  return [...new Set(stack.map(({ options }) => options.name).filter((name) => typeof name === 'string'))];
}

/** State of one decorated method that stays when settings change. */
export interface Owned {
  readonly budget: RetryBudget;
  readonly stats: CallStats;
  /** A value of the policy: `make` makes it at the first call; later calls return the same value. */
  once<T>(policy: PolicyName, make: () => T): T;
}

/** A decorated method. */
export interface Decorated {
  readonly wrapper: AnyFunction;
  readonly stats: CallStats;
  /** The function that the wrapper calls innermost. */
  readonly body: AnyFunction;
  /** The decorators of the wrapper, outermost first. */
  readonly stack: readonly Decoration[];
  /** The decorators below another library's wrapper. */
  readonly beneath: readonly Decoration[];
}

const KEY = Symbol.for('holdfast:decorated');

/** The metadata of a decorated function. Another library's wrapper may have copied it to itself. */
export function decoratedOf(fn: AnyFunction): Decorated | undefined {
  return getOwnMetadata(KEY, fn) as Decorated | undefined;
}

/**
 * Saves the metadata of a decorated method. The wrapper also gets what other decorators saved on the inner function.
 */
export function remember(decorated: Decorated, inner: AnyFunction): void {
  const { wrapper } = decorated;
  for (const key of getOwnMetadataKeys(inner)) defineMetadata(key, getOwnMetadata(key, inner), wrapper);
  defineMetadata(KEY, decorated, wrapper);
}

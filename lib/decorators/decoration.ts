import type { Policy } from '../call/policy.js';
import type { RetryBudget } from '../call/retry-budget.js';
import type { Site } from '../call/site.js';
import type { CallStats } from '../call/stats.js';
import type { Fields } from '../core/field.js';
import { shared } from '../core/shared.js';
import type { Resolvable, Setting } from '../settings/resolve.js';
import type { Names } from '../settings/sections.js';
import { defineMetadata, getOwnMetadata, getOwnMetadataKeys } from './metadata.js';
import type { AnyFunction } from './types.js';

/** The name of a decorator. */
export type PolicyName = string;

/**
 * The decorators, outermost first: the order in which they can be stacked. A time limit stands around the whole call,
 * around all attempts together, right below the circuit, and around each attempt. Other policies are inserted when they
 * are defined.
 */
export const ORDER: PolicyName[] = shared('decorators.order', () => [
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
]);

export type Options = Readonly<Record<string, unknown>>;
export type EffectiveSettings = Readonly<Record<string, Setting>>;

/** Where a policy stands among those of its stack that are enabled, outermost first. */
export interface Position {
  readonly index: number;
  readonly stack: readonly PolicyName[];
  /** Whether its decorator was written below another one, enabled or not. See `isInnerAt`. */
  readonly isInner: boolean;
}

/** Whether a decorator stands below another one. A time limit does only below all others: then it limits each attempt. */
export function isInnerAt(index: number, stack: readonly Decoration[]): boolean {
  const isLimitOfAll = stack[index]?.decorator.policy === 'TimeLimited' && index < stack.length - 1;
  return index > 0 && !isLimitOfAll;
}

/** What a decorator brings: the options it takes, and how to make its policy of them. */
export interface Decorator {
  readonly policy: PolicyName;
  readonly fields: Fields;
  /** Why it cannot stand on an `async *` method, and what to write instead; undefined if it can. */
  readonly noStreams: string | undefined;
  /** True if the method is one step of another decorated method, which counts its calls. */
  readonly isStep?: boolean;
  /** Groups of settings that the policy uses, its own first. */
  groups(isInner: boolean): readonly string[];
  /** How the settings of its own group are resolved for these options. */
  resolvable(options: Options, isInner: boolean): Resolvable;
  /** What options say that cannot both be meant. */
  contradictions(options: Options): string[];
  /** The policy, or several that belong together, outermost first, given the options in effect. `self` is what the first call under these settings is made on. */
  bind(options: Options, site: Site, owned: Owned, position: Position, self: unknown): Policy | readonly Policy[];
}

/** A decorator as it was written on a method. */
export interface Decoration {
  readonly decorator: Decorator;
  readonly options: Options;
}

/** The names by which sections find the methods of a stack. */
export function namesOf(stack: readonly Decoration[], method: string): Names {
  const circuit = stack.find(({ decorator }) => decorator.policy === 'CircuitProtected')?.options.circuit;
  const isProtected = stack.some(({ decorator }) => decorator.policy === 'CircuitProtected');
  return { method, circuit: typeof circuit === 'string' ? circuit : isProtected ? method : undefined };
}

/** The stable name that a decorator of the stack gives to the method. */
export function givenNames(stack: readonly Decoration[]): string[] {
  return [...new Set(stack.map(({ options }) => options.name).filter((name) => typeof name === 'string'))];
}

/** What belongs to one decorated method and outlives every change of settings. */
export interface Owned {
  readonly budget: RetryBudget;
  readonly stats: CallStats;
  /** Kept for the policy that asks, made by `make` the first time. */
  once<T>(policy: PolicyName, make: () => T): T;
}

/** A decorated method. */
export interface Decorated {
  readonly wrapper: AnyFunction;
  readonly stats: CallStats;
  /** What the wrapper stands around. */
  readonly body: AnyFunction;
  /** The decorators of the wrapper, outermost first. */
  readonly stack: readonly Decoration[];
  /** Those that stand further in, behind another library's wrapper. */
  readonly beneath: readonly Decoration[];
}

const KEY = Symbol.for('holdfast:decorated');

/** What is known of a function: also of another library's wrapper that has copied the metadata outward. */
export function decoratedOf(fn: AnyFunction): Decorated | undefined {
  return getOwnMetadata(KEY, fn) as Decorated | undefined;
}

/** Notes what was decorated. What other decorators have noted on the inner function holds for the wrapper too. */
export function remember(decorated: Decorated, inner: AnyFunction): void {
  const { wrapper } = decorated;
  for (const key of getOwnMetadataKeys(inner)) defineMetadata(key, getOwnMetadata(key, inner), wrapper);
  defineMetadata(KEY, decorated, wrapper);
}

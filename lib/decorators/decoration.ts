import 'reflect-metadata';
import type { Policy } from '../call/policy.js';
import type { RetryBudget } from '../call/retry-budget.js';
import type { Site } from '../call/site.js';
import type { CallStats } from '../call/stats.js';
import type { Fields } from '../core/field.js';
import type { Layers, Setting } from '../settings/resolve.js';
import type { AnyFunction } from './types.js';

/**
 * The decorators, outermost first: the order in which they can be stacked. A time limit stands at either end, or at
 * both: around the whole call, and around each attempt.
 */
export const ORDER = [
  'TimeLimited',
  'CircuitProtected',
  'RetryOnTransient',
  'RespectRateLimit',
  'Hedged',
  'ConcurrencyLimited',
  'TimeLimited',
] as const;

export type PolicyName = (typeof ORDER)[number];

export type Options = Readonly<Record<string, unknown>>;
export type EffectiveSettings = Readonly<Record<string, Setting>>;

/** Where a decorator stands: its place in a stack, and all that stand there, outermost first. */
export interface Position {
  readonly index: number;
  readonly stack: readonly PolicyName[];
}

/** What a decorator brings: the options it takes, and how to make its policy of them. */
export interface Decorator {
  readonly policy: PolicyName;
  readonly fields: Fields;
  /** What options say that cannot both be meant. */
  contradictions(options: Options): string[];
  /** The options in effect for a method, and where each came from. */
  settings(options: Options, layers: Layers, method: string, position: Position): EffectiveSettings;
  /** The policy, given options that are whole. `self` is what the first call under these settings is made on. */
  bind(options: Options, site: Site, owned: Owned, position: Position, self: unknown): Policy;
}

/** A decorator as it was written on a method. */
export interface Decoration {
  readonly decorator: Decorator;
  readonly options: Options;
}

/** Each decorator of a stack with its position. */
export function positioned(
  decorations: readonly Decoration[],
): readonly (Decoration & { readonly position: Position })[] {
  const stack = decorations.map(({ decorator }) => decorator.policy);
  return decorations.map((decoration, index) => ({ ...decoration, position: { index, stack } }));
}

/** The values in effect, without where they came from. */
export function valuesOf(settings: EffectiveSettings): Options {
  return Object.fromEntries(Object.entries(settings).map(([key, { value }]) => [key, value]));
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
  return Reflect.getOwnMetadata(KEY, fn) as Decorated | undefined;
}

/** Notes what was decorated. What other decorators have noted on the inner function holds for the wrapper too. */
export function remember(decorated: Decorated, inner: AnyFunction): void {
  const { wrapper } = decorated;
  for (const key of Reflect.getOwnMetadataKeys(inner))
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, inner), wrapper);
  Reflect.defineMetadata(KEY, decorated, wrapper);
}

import type { RetryBudget } from '../call/retry-budget.js';
import type { CallStats } from '../call/stats.js';
import { shared } from '../core/shared.js';
import type { Resolvable } from '../settings/resolve.js';
import type { Names } from '../settings/sections.js';
import { runtime } from './runtime.js';

/** A decorated method that has been called, with its counters. */
export interface CountedMethod {
  /** `Class.method`. */
  method: string;
  readonly stats: CallStats;
  readonly budget: RetryBudget;
  /** Its decorators, as they are now. */
  readonly decorators: () => CountedDecorators;
}

/** The decorators of a method, outermost first, and the names by which sections of the settings mean it. */
export interface CountedDecorators {
  readonly names: Names;
  readonly policies: readonly { readonly policy: string; readonly resolvable: Resolvable }[];
}

/** Weak references, because only the methods themselves keep these objects alive. */
const state = shared('runtime.counted', () => ({
  methods: new Set<WeakRef<CountedMethod>>(),
  since: undefined as number | undefined,
}));
const forgotten = new FinalizationRegistry<WeakRef<CountedMethod>>((ref) => state.methods.delete(ref));

/** When counting began, in milliseconds since the epoch. */
export function countedSince(): number {
  return (state.since ??= runtime.clock.now());
}

/** Registers a method at its first call. */
export function enlistCounters(method: CountedMethod): void {
  countedSince();
  const ref = new WeakRef(method);
  state.methods.add(ref);
  forgotten.register(method, ref);
}

/** Every decorated method that has been called, by name. Several functions may have the same name. */
export function countedMethods(): Map<string, CountedMethod[]> {
  const found = new Map<string, CountedMethod[]>();
  for (const ref of state.methods) {
    const one = ref.deref();
    if (!one) continue;
    const namesakes = found.get(one.method);
    if (namesakes) namesakes.push(one);
    else found.set(one.method, [one]);
  }
  return found;
}

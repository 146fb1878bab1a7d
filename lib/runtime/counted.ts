import type { RetryBudget } from '../call/retry-budget.js';
import type { CallStats } from '../call/stats.js';
import { shared } from '../core/shared.js';
import { runtime } from './runtime.js';

/** A decorated method that has been called, with its counters. */
export interface CountedMethod {
  /** `Class.method`. */
  method: string;
  readonly stats: CallStats;
  readonly budget: RetryBudget;
  /** The settings in effect of each decorator, outermost first. Throws while settings are wrong. */
  readonly settings: () => readonly PolicySettings[];
}

/** One decorator of a method, with each setting and its layer. */
export interface PolicySettings {
  readonly policy: string;
  readonly settings: Readonly<Record<string, { readonly value: unknown; readonly source: string }>>;
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

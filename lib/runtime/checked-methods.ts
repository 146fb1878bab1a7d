import { shared } from '../core/shared.js';
import type { Layers } from '../settings/layers.js';

/** A decorated method that has been called. A change of settings is checked against its options. */
export interface CheckedMethod {
  /** True if its options and the settings of its last call do not contradict each other. */
  readonly works: boolean;
  /** Messages about its options and settings that contradict each other. */
  contradictions(layers: Layers): readonly string[];
}

/** Weak references, because only the methods themselves keep these objects alive. */
const methods = shared('runtime.checkedMethods', () => new Set<WeakRef<CheckedMethod>>());
const forgotten = new FinalizationRegistry<WeakRef<CheckedMethod>>((ref) => methods.delete(ref));

/** Registers a method at its first call, so that a change of settings can be rejected before the next call. */
export function registerMethod(method: CheckedMethod): void {
  const ref = new WeakRef(method);
  methods.add(ref);
  forgotten.register(method, ref);
}

/**
 * Messages about methods that work now and would not work with the candidate. Methods that do not work already are
 * ignored: the change may be needed to repair others.
 * @param current the settings in effect; undefined while holdfast is disabled
 */
export function contradictionsOfMethods(candidate: Layers, current: Layers | undefined): string[] {
  const broken: string[] = [];
  for (const ref of methods) {
    const method = ref.deref();
    if (!method?.works) continue;
    const problems = method.contradictions(candidate);
    // `current` is checked last, because most methods have no problems.
    if (problems.length > 0 && !(current && method.contradictions(current).length > 0)) broken.push(...problems);
  }
  return broken;
}

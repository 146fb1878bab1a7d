import { shared } from '../core/shared.js';
import type { Layers } from '../settings/resolve.js';

/** A decorated method that has been called: what its decorators say cannot go together with every setting. */
export interface BoundMethod {
  /** Whether the settings that it was last called with went together with its decorators. */
  readonly works: boolean;
  /** What its options and these settings say that cannot both be meant, as problems for people. */
  contradictions(layers: Layers): readonly string[];
}

/** Kept alive by the methods themselves. */
const bound = shared('runtime.bound', () => new Set<WeakRef<BoundMethod>>());
const forgotten = new FinalizationRegistry<WeakRef<BoundMethod>>((ref) => bound.delete(ref));

/** Enlists a method at its first call, so that a change of settings can be refused before it is called again. */
export function enlistMethod(method: BoundMethod): void {
  const ref = new WeakRef(method);
  bound.add(ref);
  forgotten.register(method, ref);
}

/**
 * What a change of settings would break. A method that is wrong already is no reason to refuse what may mend another.
 * @param current what holds now, where methods go by it
 */
export function contradictionsOfMethods(candidate: Layers, current: Layers | undefined): string[] {
  const broken: string[] = [];
  for (const ref of bound) {
    const method = ref.deref();
    if (!method?.works) continue;
    const problems = method.contradictions(candidate);
    // Most have none, so that what holds now is looked at for few.
    if (problems.length > 0 && !(current && method.contradictions(current).length > 0)) broken.push(...problems);
  }
  return broken;
}

import { shared } from '../../core/shared.js';
import { causesOf } from '../../failures/chain.js';

/** Something that repeats requests: a retried method, or a client that retries by itself. */
export interface Layer {
  /** The method, or the client itself: each is reported once. */
  readonly identity: object;
  /** As it is named to people. */
  readonly name: string;
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** What to write in its place, where that can be told without knowing who calls it. */
  readonly instead?: string;
}

interface Spent {
  readonly layers: readonly Layer[];
  readonly mark: number;
}

/**
 * What retries have given up on, an error or a value that was not wanted. This is how the retry further out sees them,
 * without a context that would slow every promise of the process.
 */
const state = shared('retry.spent', () => ({ outcomes: new WeakMap<object, Spent>(), marks: 0 }));

/** The moment, in order of what has been given up on. Nothing is later than `NEVER`. */
export const thisMoment = (): number => state.marks;
export const NEVER = Number.POSITIVE_INFINITY;

/** Notes the retries, outermost first, that gave up on an outcome. One that is no object cannot be told from another. */
export function noteSpent(outcome: unknown, layers: readonly Layer[]): void {
  state.marks += 1;
  if (typeof outcome === 'object' && outcome !== null) state.outcomes.set(outcome, { layers, mark: state.marks });
}

/**
 * The retries, outermost first, that gave up after `since` on an error or on what caused it. Without a moment an error
 * that is thrown again and again would tell of calls that had nothing to do with this one.
 */
export function spentOnError(error: unknown, since: number): readonly Layer[] {
  if (since >= state.marks) return [];
  for (const cause of causesOf(error)) {
    const layers = spentOnValue(cause, since);
    if (layers.length > 0) return layers;
  }
  return [];
}

/** The same for a value; none of its properties is read. */
export function spentOnValue(value: unknown, since: number): readonly Layer[] {
  // A primitive value is never found.
  const found = state.outcomes.get(value as object);
  return found && found.mark > since ? found.layers : [];
}

import { shared } from '../../core/shared.js';
import { causesOf } from '../../failures/chain.js';

/** Something that repeats requests: a retried method, or a client that retries itself. */
export interface Layer {
  /** Identifies the method or client, because each is reported once. */
  readonly identity: object;
  /** The name for messages. */
  readonly name: string;
  /** The total number of attempts, the first included. */
  readonly attempts: number;
  /** What to write instead. Absent if that depends on the caller. */
  readonly instead?: string;
}

interface Spent {
  readonly layers: readonly Layer[];
  readonly mark: number;
}

/**
 * The errors and unwanted values on which retries have given up. Outer retries look them up here, because an async
 * context would slow every promise of the process.
 */
const state = shared('retry.spent', () => ({ outcomes: new WeakMap<object, Spent>(), marks: 0 }));

/** The current mark: how many times retries have given up. No mark is later than `NEVER`. */
export const currentMark = (): number => state.marks;
export const NEVER = Infinity;

/**
 * Notes the retries, outermost first, that gave up on an outcome. Ignores primitive values, because they have no
 * identity.
 */
export function noteSpent(outcome: unknown, layers: readonly Layer[]): void {
  state.marks += 1;
  if (typeof outcome === 'object' && outcome !== null) state.outcomes.set(outcome, { layers, mark: state.marks });
}

/**
 * The retries, outermost first, that gave up after `since` on an error or one of its causes. Without `since`, an error
 * object that is thrown repeatedly would report earlier, unrelated calls.
 */
export function spentOnError(error: unknown, since: number): readonly Layer[] {
  if (since >= state.marks) return [];
  for (const cause of causesOf(error)) {
    const layers = spentOnValue(cause, since);
    if (layers.length > 0) return layers;
  }
  return [];
}

/** The same for a value. Reads none of its properties. */
export function spentOnValue(value: unknown, since: number): readonly Layer[] {
  // The map never holds a primitive value.
  const spent = state.outcomes.get(value as object);
  return spent && spent.mark > since ? spent.layers : [];
}

// The `classify` functions of users, from configure() and from decorators.
import { warn } from '../core/process.js';
import { isStrayPromise } from '../core/stray-promise.js';
import { asTimeout, classify } from '../failures/classify.js';
import { type Failure, type FailureKind, FAILURE_KINDS, isFailureKind } from '../core/failure.js';

/** Returns the kind of a thrown value, or undefined to let the next hook decide. */
export type ClassifyHook = (error: unknown) => FailureKind | undefined;

/** A hook, and its place in the code for messages. */
export interface PlacedHook {
  readonly hook: ClassifyHook;
  readonly where: string;
}

/** Hooks whose mistake has been reported: each is reported once. */
const reported = new WeakSet<ClassifyHook>();

/** Hooks that are running. A hook that calls `classify()` is skipped in that call, so it does not call itself. */
const running = new Set<ClassifyHook>();

/** Classifies a thrown value. The first hook that returns a kind decides. Never throws. */
export function classifyBy(hooks: readonly PlacedHook[], error: unknown, now: number): Failure {
  return classify(error, now, hooks.length === 0 ? undefined : kindOf(hooks, error));
}

/**
 * Like `classifyBy`, for a decorated method. The method knows whether its caller ended the call; if not, an abort comes
 * from a time limit inside the method and counts as a timeout. If a hook returns `cancelled`, that decides.
 */
export function classifierOf(hooks: readonly PlacedHook[]) {
  return (error: unknown, now: number, isEnded: boolean): Failure => {
    const kind = hooks.length === 0 ? undefined : kindOf(hooks, error);
    const failure = classify(error, now, kind);
    return isEnded || kind !== undefined ? failure : asTimeout(failure);
  };
}

function kindOf(hooks: readonly PlacedHook[], error: unknown): FailureKind | undefined {
  for (const placed of hooks) {
    const kind = run(placed, error);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

function run({ hook, where }: PlacedHook, error: unknown): FailureKind | undefined {
  if (running.has(hook)) return undefined;
  running.add(hook);
  try {
    const answer: unknown = hook(error);
    if (answer === undefined || isFailureKind(answer)) return answer;
    report(hook, where, `but it returned ${typeForMessage(answer)}`);
  } catch (mistake) {
    report(hook, where, `but it threw ${classify(mistake, 0).errorName ?? 'an error'}`);
  } finally {
    running.delete(hook);
  }
  return undefined;
}

/** The type of an answer, for messages. The value is not shown: a text may hold secrets. */
function typeForMessage(answer: unknown): string {
  if (answer === null) return 'null';
  if (typeof answer === 'string') return 'another word';
  if (typeof answer !== 'object') return `a ${typeof answer}`;
  return isStrayPromise(answer) ? 'a promise: write it without async' : 'an object';
}

function report(hook: ClassifyHook, where: string, came: string): void {
  if (reported.has(hook)) return;
  reported.add(hook);
  warn(
    `${where}: expected a kind of failure or undefined, ${came}. It is ignored. ` +
      `Write one of ${[...FAILURE_KINDS].join(', ')}, or undefined`,
    'HOLDFAST_CLASSIFY',
  );
}

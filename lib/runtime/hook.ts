// The users' own word about failures: `classify` of configure() and of decorators.
import { asTimeout, classify } from '../failures/classify.js';
import { read } from '../failures/reading.js';
import { type Failure, type FailureKind, FAILURE_KINDS, isFailureKind } from '../core/failure.js';

/** Names the kind of a thrown value, or leaves it to the next one that is asked. */
export type ClassifyHook = (error: unknown) => FailureKind | undefined;

/** A hook, and where it was written. */
export interface PlacedHook {
  readonly hook: ClassifyHook;
  readonly where: string;
}

/** Hooks whose mistake was reported. */
const reported = new WeakSet<ClassifyHook>();

/** Hooks that are being asked: one that calls `classify()` gets the answer of those that are asked after it. */
const asking = new Set<ClassifyHook>();

/** What a thrown value is: the first hook that knows it decides the kind. Never throws. */
export function classifyBy(hooks: readonly PlacedHook[], error: unknown, now: number): Failure {
  return classify(error, now, hooks.length === 0 ? undefined : said(hooks, error));
}

/**
 * The same in a decorated method, which knows whether the call was ended from outside: any other abort is that of a time
 * limit of the method's own. A hook that says `cancelled` is believed.
 */
export function classifierOf(hooks: readonly PlacedHook[]) {
  return (error: unknown, now: number, isEnded: boolean): Failure => {
    const kind = hooks.length === 0 ? undefined : said(hooks, error);
    const failure = classify(error, now, kind);
    return isEnded || kind !== undefined ? failure : asTimeout(failure);
  };
}

function said(hooks: readonly PlacedHook[], error: unknown): FailureKind | undefined {
  for (const placed of hooks) {
    const kind = ask(placed, error);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

function ask({ hook, where }: PlacedHook, error: unknown): FailureKind | undefined {
  if (asking.has(hook)) return undefined;
  asking.add(hook);
  try {
    const answer: unknown = hook(error);
    if (answer === undefined || isFailureKind(answer)) return answer;
    report(hook, where, `but it returned ${wordFor(answer)}`);
  } catch (mistake) {
    report(hook, where, `but it threw ${classify(mistake, 0).errorName ?? 'an error'}`);
  } finally {
    asking.delete(hook);
  }
  return undefined;
}

/** The answer is named by its type: a text may hold anything. */
function wordFor(answer: unknown): string {
  if (answer === null) return 'null';
  if (typeof answer === 'string') return 'another word';
  if (typeof answer !== 'object') return `a ${typeof answer}`;
  if (typeof read(answer, 'then') !== 'function') return 'an object';
  // An async function may reject later.
  Promise.resolve(answer).catch(() => undefined);
  return 'a promise: write it without async';
}

function report(hook: ClassifyHook, where: string, came: string): void {
  if (reported.has(hook)) return;
  reported.add(hook);
  globalThis.process?.emitWarning?.(
    `${where}: expected a kind of failure or undefined, ${came}. It is ignored. ` +
      `Write one of ${[...FAILURE_KINDS].join(', ')}, or undefined`,
    { type: 'HoldfastWarning', code: 'HOLDFAST_CLASSIFY' },
  );
}

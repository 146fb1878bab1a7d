import { DecorationError } from '../core/errors.js';
import { ORDER, type PolicyName } from './decoration.js';
import type { DecoratedTarget } from './target.js';

/** May be outermost, innermost, or right below the circuit. */
export const LIMIT = 'TimeLimited';
export const CIRCUIT = 'CircuitProtected';

/** May be repeated, next to each other, for example to limit requests and tokens. */
const REPEATABLE: ReadonlySet<PolicyName> = new Set(['RateLimited']);

/** Why a decorator must be below those that precede it in the order. */
const REASONS: Readonly<Partial<Record<PolicyName, string>>> = {
  Coalesced: 'the circuit has to see the outcome of each caller',
  RetryOnTransient: 'it would ask again after every refusal, and each attempt would count as a failure of its own',
  RespectRateLimit: 'each attempt has to pass its gate, and its wait has to end when the circuit opens',
  Hedged: 'it would take their waits for a slow answer, and each of its attempts would wait and be repeated for itself',
  RateLimited: 'each attempt is a request of its own, and would pass uncounted',
  ConcurrencyLimited:
    'its permit would be held while nothing is at work, as in the waits between attempts, and one would do for several ' +
    'attempts at a time',
};

/** @throws {DecorationError} for a stack, outermost first, in a wrong order */
export function refuseWrongOrder(stack: readonly PolicyName[], target: DecoratedTarget): void {
  const [outer, ...inner] = stack;
  if (outer === undefined) return;
  if (outer === LIMIT ? inner[0] === outer : inner.includes(outer) && !REPEATABLE.has(outer))
    throw new DecorationError([`${target.name}: @${outer}() stands twice. Write it once.`]);
  const between = stack.findIndex(
    (policy, at) => policy === LIMIT && at > 0 && at < stack.length - 1 && stack[at - 1] !== CIRCUIT,
  );
  if (between >= 0) {
    throw wrong(
      `${target.name}: @${LIMIT}() stands between @${stack[between - 1]}() and @${stack[between + 1]}(). It limits the whole call ` +
        `above all others, all attempts together right below @${CIRCUIT}(), and each attempt below all others. Write:`,
      [LIMIT, ...sorted(stack)],
      target,
    );
  }
  const misplaced = inner.find((policy) => ORDER.lastIndexOf(policy) < ORDER.indexOf(outer));
  if (misplaced === undefined) return;
  const last = inner.at(-1) === LIMIT ? [LIMIT] : [];
  throw wrong(
    `${target.name}: @${outer}() stands above @${misplaced}(): ${REASONS[outer] ?? 'it belongs below it'}. Write:`,
    [...sorted(stack), ...last],
    target,
  );
}

/** Sorted by `ORDER`, without the other time limits. The time limit of all attempts stays right below the circuit. */
function sorted(stack: readonly PolicyName[]): PolicyName[] {
  const isLimitBelow = stack.slice(0, -1).some((policy, at) => policy === LIMIT && stack[at - 1] === CIRCUIT);
  return [...new Set(ORDER)]
    .filter((policy) => policy !== LIMIT)
    .flatMap((policy) => stack.filter((each) => each === policy))
    .flatMap((policy) => (policy === CIRCUIT && isLimitBelow ? [policy, LIMIT] : [policy]));
}

function wrong(problem: string, right: readonly PolicyName[], { own }: DecoratedTarget): DecorationError {
  const lines = right.map((policy) => `  @${policy}()`);
  return new DecorationError([[problem, ...lines, `  async ${own}(…)`].join('\n')]);
}

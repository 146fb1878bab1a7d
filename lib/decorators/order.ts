import { DecorationError } from '../core/errors.js';
import { ORDER, type PolicyName } from './decoration.js';
import type { Place } from './place.js';

/** Why a decorator may not stand further out than those that come before it in the order. */
const REASONS: Readonly<Record<PolicyName, string>> = {
  CircuitProtected: '',
  RetryOnTransient: 'it would ask again after every refusal, and each attempt would count as a failure of its own',
  RespectRateLimit: 'each attempt has to pass its gate, and its wait has to end when the circuit opens',
};

/** @throws {DecorationError} for a stack, outermost first, that cannot mean what it says */
export function refuseWrongOrder([outer, ...inner]: readonly PolicyName[], place: Place): void {
  if (outer === undefined) return;
  if (inner.includes(outer)) throw new DecorationError([`${place.name}: @${outer}() stands twice. Write it once.`]);
  const misplaced = inner.find((policy) => ORDER.indexOf(policy) < ORDER.indexOf(outer));
  if (misplaced === undefined) return;
  const { name } = place;
  const right = ORDER.filter((policy) => policy === outer || inner.includes(policy)).map((policy) => `  @${policy}()`);
  const method = `  async ${name.split('.').at(-1)}(…)`;
  throw new DecorationError([
    [`${name}: @${outer}() stands above @${misplaced}(): ${REASONS[outer]}. Write:`, ...right, method].join('\n'),
  ]);
}

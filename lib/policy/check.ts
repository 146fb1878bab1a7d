import { ConfigurationError } from '../core/errors.js';
import type { Policy } from '../call/policy.js';

/** The names of the steps of a policy. */
const STEPS = ['enter', 'succeed', 'fail', 'around', 'tail'] as const;

/** Makes the error for a policy that violates its contract: `Class.method: @Name() step: …`. */
export type Mistake = (step: string, expected: string, about?: ErrorOptions) => ConfigurationError;

export function mistakesOf(method: string, policy: string): Mistake {
  return (step, expected, about) => new ConfigurationError([`${method}: @${policy}() ${step}: ${expected}`], about);
}

/** The type of a value, for messages. The value itself is never shown. */
export function kindOfValue(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}

/**
 * Checks the result of `bind`.
 * @throws {ConfigurationError} if it is not a policy
 */
export function checkPolicy(found: unknown, mistake: Mistake): Policy {
  const expected = `expected an object with ${STEPS.join(', ')}`;
  if (typeof found !== 'object' || found === null) throw mistake('bind', `${expected}, got ${kindOfValue(found)}`);
  for (const [step, value] of Object.entries(found)) {
    if (!(STEPS as readonly string[]).includes(step)) throw mistake('bind', `${expected}, got "${step}"`);
    if (value !== undefined && typeof value !== 'function')
      throw mistake('bind', `expected ${step} to be a function, got ${kindOfValue(value)}`);
  }
  const policy = found as Policy;
  if (policy.around && (policy.enter ?? policy.succeed ?? policy.fail))
    throw mistake('bind', 'expected around, or enter, succeed and fail; got both');
  return policy;
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

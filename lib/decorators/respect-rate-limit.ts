import { rateLimitFields, type RateLimitOptions } from '../policies/rate-limit/options.js';
import { type GateOf, rateLimit } from '../policies/rate-limit/rate-limit.js';
import { rateLimitRules } from '../policies/rate-limit/rules.js';
import { gateNamed, gateOfCircuit, ownGate } from '../runtime/gates.js';
import type { Owned } from './decoration.js';
import { definePolicy } from './define-policy.js';
import type { PolicyDecorator } from './types.js';

/**
 * If the upstream answers 429, waits as long as the upstream asks, then repeats the call. All calls behind the same
 * circuit, or with the same `gate`, wait together; then the gate releases them one after the other. A call that would
 * wait longer than `maxWait` fails at once with {@link RateLimitedError}. It does not wait if the account's quota is
 * used up.
 *
 * Write it below `@RetryOnTransient()`. If unset, data options come from the settings `rateLimit.*`.
 * @throws {DecorationError} when the class is defined, for wrong options or a wrong position
 */
export const RespectRateLimit: (options?: RateLimitOptions) => PolicyDecorator = definePolicy({
  name: 'RespectRateLimit',
  group: 'rateLimit',
  fields: rateLimitFields,
  bind: (options, context, own) =>
    rateLimit(context, rateLimitRules(options), gateOf(options.gate, own, context.method)),
});

/** The gate of a call: the named one, else that of its circuit, else the method's own. */
function gateOf(name: string | undefined, own: Owned, method: string): GateOf {
  const gate = name === undefined ? own.once('RespectRateLimit', () => ownGate(method)) : gateNamed(name);
  return (circuit) => (circuit && name === undefined ? gateOfCircuit(circuit) : gate);
}

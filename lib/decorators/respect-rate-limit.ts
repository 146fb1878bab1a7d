import { rateLimitFields, type RateLimitOptions } from '../policies/rate-limit/options.js';
import { type GateOf, rateLimit } from '../policies/rate-limit/rate-limit.js';
import { rateLimitRules } from '../policies/rate-limit/rules.js';
import { gateNamed, gateOfCircuit, ownGate } from '../runtime/gates.js';
import type { Owned } from './decoration.js';
import { definePolicy } from './define-policy.js';
import type { PolicyDecorator } from './types.js';

/**
 * Waits when the upstream answers 429, for as long as it asked, and repeats the call then. Everyone behind the same
 * circuit, or with the same `gate`, waits together, and the release is staggered. A wait that would take longer than
 * `maxWait` fails at once with {@link RateLimitedError}. An account that is out of money is not waited for.
 *
 * Stands below `@RetryOnTransient()`. Data options left out come from the settings `rateLimit.*`.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export const RespectRateLimit: (options?: RateLimitOptions) => PolicyDecorator = definePolicy({
  name: 'RespectRateLimit',
  group: 'rateLimit',
  fields: rateLimitFields,
  bind: (options, site, own) => rateLimit(site, rateLimitRules(options), gateOf(options.gate, own, site.method)),
});

/** The gate of a call: the one that is named, else that of its circuit, else the method's own. */
function gateOf(name: string | undefined, own: Owned, method: string): GateOf {
  const gate = name === undefined ? own.once('RespectRateLimit', () => ownGate(method)) : gateNamed(name);
  return (circuit) => (circuit && name === undefined ? gateOfCircuit(circuit) : gate);
}

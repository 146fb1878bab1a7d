import { type RateLimitOptions, rateLimitFields, rateLimitOptions } from '../policies/rate-limit/options.js';
import { type GateOf, rateLimit } from '../policies/rate-limit/rate-limit.js';
import {
  type ResolvedRateLimitOptions,
  rateLimitContradictions,
  rateLimitRules,
} from '../policies/rate-limit/rules.js';
import { gateNamed, gateOfCircuit, ownGate } from '../runtime/gates.js';
import { resolve } from '../settings/resolve.js';
import { decorate } from './decorate.js';
import type { Decorator, Owned } from './decoration.js';
import { policySectionsOf } from './sections.js';
import type { PolicyDecorator } from './types.js';

const decorator: Decorator = {
  policy: 'RespectRateLimit',
  fields: rateLimitOptions,
  contradictions: rateLimitContradictions,
  settings: (options, layers, method) => ({
    ...(options.gate !== undefined && { gate: { value: options.gate, source: 'decorator' } as const }),
    ...resolve(rateLimitFields, 'rateLimit', layers, options, policySectionsOf(layers, method, 'rateLimit')),
  }),
  bind: (given, site, owned) => {
    const options = given as unknown as ResolvedRateLimitOptions;
    return rateLimit(site, rateLimitRules(options), gateOf(options, owned, site.method));
  },
};

/**
 * Waits when the upstream answers 429, for as long as it asked, and repeats the call then. Everyone behind the same
 * circuit, or with the same `gate`, waits together, and the release is staggered. What would take longer than `maxWait`
 * fails at once with {@link RateLimitedError}. An account that is out of money is not waited for.
 *
 * Stands below `@RetryOnTransient()`. Data options left out come from the settings `rateLimit.*`.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export function RespectRateLimit(options?: RateLimitOptions): PolicyDecorator;
export function RespectRateLimit(...given: readonly unknown[]): PolicyDecorator {
  return decorate(decorator, given);
}

/** Which gate a call comes to: the one that is named, else that of its circuit, else the method's own. */
function gateOf({ gate: name }: ResolvedRateLimitOptions, owned: Owned, method: string): GateOf {
  const gate = name === undefined ? owned.once('RespectRateLimit', () => ownGate(method)) : gateNamed(name);
  return (circuit) => (circuit && name === undefined ? gateOfCircuit(circuit) : gate);
}

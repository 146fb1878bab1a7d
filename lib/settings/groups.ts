import { ConfigurationError } from '../core/errors.js';
import type { Fields } from '../core/field.js';
import { circuitContradictions } from '../policies/circuit/rules.js';
import { boundContradictions } from '../policies/concurrency/rules.js';
import { rateLimitContradictions } from '../policies/rate-limit/rules.js';
import { retryContradictions } from '../policies/retry/rules.js';
import { partContradictions } from '../policies/time-limit/rules.js';
import { dataOf, type PolicyGroup, schema, switchOf } from './schema.js';

export type Values = Readonly<Record<string, unknown>>;

/** A group of settings. */
export interface Group {
  /** Those that settings can set. */
  readonly fields: Fields;
  /** Whether sections of circuits and methods can hold it. */
  readonly isPolicy: boolean;
  /** Values that contradict each other. A value that is undefined contradicts none. */
  contradictions(values: Values): string[];
}

const none = (): string[] => [];
const group = (fields: Fields, contradictions: Group['contradictions'] = none, isPolicy = true): Group => {
  return { fields, isPolicy, contradictions };
};

// Known without loading the entry points that use them, so that an unknown key is found everywhere.
const policies: Readonly<Record<PolicyGroup, Group>> = {
  retry: group(schema.retry, retryContradictions),
  circuit: group(schema.circuit, circuitContradictions),
  rateLimit: group(schema.rateLimit, rateLimitContradictions),
  limiter: group(schema.limiter),
  concurrency: group(schema.concurrency, boundContradictions),
  hedge: group(schema.hedge),
  timeLimit: group(schema.timeLimit, partContradictions),
  attemptLimit: group(schema.attemptLimit, partContradictions),
  coalesce: group(schema.coalesce),
  chaos: group(schema.chaos),
};

const registered = new Map<string, Group>([
  ['resilience', group(schema.resilience, none, false)],
  ...Object.entries(policies),
  ...(['openai', 'log', 'fleet'] as const).map((name) => [name, group(schema[name], none, false)] as const),
]);

/** Every group, by name. */
export const groups: ReadonlyMap<string, Group> = registered;

/** The groups that sections of circuits and methods can hold. */
export function policyGroups(): [string, Group][] {
  return [...groups].filter(([, { isPolicy }]) => isPolicy);
}

/**
 * Makes the options of a policy a group of settings, with a switch of its own.
 * @throws {ConfigurationError} if there is a group of that name, or an option that the group has already
 */
export function registerPolicyGroup(name: string, fields: Fields, contradictions?: Group['contradictions']): void {
  if (groups.has(name) || name === 'circuits' || name === 'methods')
    throw new ConfigurationError([`definePolicy: the settings group "${name}" exists already; choose another group`]);
  if (Object.hasOwn(fields, 'enabled'))
    throw new ConfigurationError([`definePolicy: "${name}.enabled" is the switch of the policy; rename the option`]);
  registered.set(name, group({ enabled: switchOf(name), ...dataOf(fields) }, contradictions));
}

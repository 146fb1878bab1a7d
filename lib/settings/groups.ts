import { ConfigurationError } from '../core/errors.js';
import type { Fields } from '../core/field.js';
import { shared } from '../core/shared.js';
import { circuitContradictions } from '../policies/circuit/rules.js';
import { boundContradictions } from '../policies/concurrency/rules.js';
import { rateLimitContradictions } from '../policies/rate-limit/rules.js';
import { retryContradictions } from '../policies/retry/rules.js';
import { partContradictions } from '../policies/time-limit/rules.js';
import { dataOf, type PolicyGroup, schema, switchOf } from './schema.js';

export type Values = Readonly<Record<string, unknown>>;

/** A group of settings. */
export interface Group {
  /** The fields that settings can set. */
  readonly fields: Fields;
  /** True if sections of circuits and methods can hold it. */
  readonly isPolicy: boolean;
  /** The copy of the package that made the group: another copy has other field objects. */
  readonly copy: object;
  /** Messages about values that contradict each other. An undefined value contradicts nothing. */
  contradictions(values: Values): string[];
}

/** This copy of the package. */
export const COPY = Object.freeze({});

const none = (): string[] => [];
const group = (fields: Fields, contradictions: Group['contradictions'] = none, isPolicy = true): Group => {
  return { fields, isPolicy, copy: COPY, contradictions };
};

// Registered here, not by the entry points that use them, so that unknown keys are found without loading those.
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

/**
 * Copies of the package may have different versions: each uses its own options, and the groups that other copies
 * define.
 */
const others = shared('settings.groups', () => ({
  maps: [] as Map<string, Group>[],
  defined: new Map<string, Group>(),
}));
others.maps.push(registered);
for (const [name, one] of others.defined) if (!registered.has(name)) registered.set(name, one);

/** Every group, by name. */
export const groups: ReadonlyMap<string, Group> = registered;

/** The groups that sections of circuits and methods can hold. */
export function policyGroups(): [string, Group][] {
  return [...groups].filter(([, { isPolicy }]) => isPolicy);
}

/**
 * Registers the options of a policy as a group of settings, with the switch `enabled`.
 * @throws {ConfigurationError} if the group already exists, or an option is named `enabled`
 */
export function registerPolicyGroup(name: string, fields: Fields, contradictions?: Group['contradictions']): void {
  if (groups.has(name) || name === 'circuits' || name === 'methods')
    throw new ConfigurationError([`definePolicy: the settings group "${name}" exists already; choose another group`]);
  if (Object.hasOwn(fields, 'enabled'))
    throw new ConfigurationError([`definePolicy: "${name}.enabled" is the switch of the policy; rename the option`]);
  const one = group({ enabled: switchOf(name), ...dataOf(fields) }, contradictions);
  others.defined.set(name, one);
  for (const map of others.maps) if (!map.has(name)) map.set(name, one);
}

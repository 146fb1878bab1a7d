import { commonOptions } from '../core/common-options.js';
import { ConfigurationError } from '../core/errors.js';
import { type Fields, isData, type ResolvedOf } from '../core/field.js';
import { BUILT_IN } from './decoration.js';
import type { PolicyDefinition } from './define-policy.js';
import { COPY, groups, registerPolicyGroup } from '../settings/groups.js';
import { placeInOrder } from './place.js';

const defined = new Map<string, Fields>();

/**
 * Registers the options of a policy as a group of settings, and its place in a stack. A definition with the same name and
 * fields as an earlier one is a variant of it.
 * @throws {ConfigurationError} for a name, a group or an option that already exists, or an impossible position
 */
export function registerPolicy<F extends Fields>({
  name,
  group,
  innerGroup = group,
  fields,
  place,
  contradictions,
}: Omit<PolicyDefinition<F>, 'shorthand'>): void {
  if (defined.get(name) === fields) return;
  if (defined.has(name) || BUILT_IN.includes(name))
    throw new ConfigurationError([`definePolicy: a policy "${name}" is defined already; choose another name`]);
  const twice = Object.keys(commonOptions).find((option) => Object.hasOwn(fields, option));
  if (twice !== undefined)
    throw new ConfigurationError([`definePolicy: every policy has the option "${twice}"; rename that of "${name}"`]);
  const insert = placeInOrder(name, place);
  for (const each of new Set([group, innerGroup]))
    if (!isOwnGroup(each, fields))
      registerPolicyGroup(each, fields, (values) => contradictions?.(values as Partial<ResolvedOf<F>>) ?? []);
  insert();
  defined.set(name, fields);
}

/** Whether another copy of the package has registered exactly these options. */
function isOwnGroup(name: string, fields: Fields): boolean {
  const found = groups.get(name);
  const { enabled, ...known } = found?.fields ?? {};
  const own = Object.entries(fields).filter(([, field]) => isData(field));
  return (
    enabled !== undefined &&
    own.length === Object.keys(known).length &&
    own.every(([option, field]) => (found?.copy === COPY ? known[option] === field : Object.hasOwn(known, option)))
  );
}

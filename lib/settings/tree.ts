import type { Spelling } from '../core/field.js';
import { checkFields, entriesOf, join, type Problems, unknownKey } from './check.js';
import { methodFields, methodGroups, type SettingsOverrides, schema } from './schema.js';

const sections = { circuits: schema.circuit, methods: methodFields };
const inner = { circuits: {}, methods: methodGroups };
const groups = [...Object.keys(schema), ...Object.keys(sections)];

/** Reads settings as a file or code spells them: what is right is returned, what is wrong becomes a problem. */
export function checkTree(input: unknown, spelling: Spelling, problems: Problems): SettingsOverrides {
  const tree: Record<string, unknown> = {};
  for (const [group, value] of entriesOf(input, '', problems)) {
    if (value === undefined || group === '$schema') continue;
    if (Object.hasOwn(schema, group)) {
      tree[group] = checkFields(schema[group as keyof typeof schema], value, group, spelling, problems);
    } else if (Object.hasOwn(sections, group)) {
      tree[group] = checkSections(group as keyof typeof sections, value, spelling, problems);
    } else {
      problems.push(unknownKey(group, groups, group));
    }
  }
  return tree;
}

function checkSections(group: keyof typeof sections, input: unknown, spelling: Spelling, problems: Problems) {
  const checked = entriesOf(input, group, problems).map(([name, options]) => {
    return [name, checkFields(sections[group], options, join(group, name), spelling, problems, inner[group])] as const;
  });
  return Object.fromEntries(checked);
}

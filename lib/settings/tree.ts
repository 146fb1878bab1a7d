import type { Fields, Spelling } from '../core/field.js';
import { checkFields, entriesOf, join, type Problems, unknownKey } from './check.js';
import { methodFields, methodGroups, type SettingsOverrides, schema } from './schema.js';

const sections = {
  circuits: { fields: schema.circuit, nested: {} },
  methods: { fields: methodFields, nested: methodGroups },
};
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
    return [name, checkSection(group, options, join(group, name), spelling, problems)] as const;
  });
  return Object.fromEntries(checked);
}

function checkSection(
  group: keyof typeof sections,
  input: unknown,
  path: string,
  spelling: Spelling,
  problems: Problems,
): object {
  const { fields, nested } = sections[group];
  // Taken apart only where there is something to take apart: what is no object becomes a problem either way.
  const entries = typeof input === 'object' && input !== null && !Array.isArray(input) ? Object.entries(input) : [];
  const inner = entries.filter(([key, value]) => Object.hasOwn(nested, key) && value !== undefined);
  const rest = inner.length === 0 ? input : Object.fromEntries(entries.filter(([key]) => !Object.hasOwn(nested, key)));
  const checked = inner.map(([key, value]) => {
    const known = (nested as Readonly<Record<string, Fields>>)[key] as Fields;
    return [key, checkFields(known, value, join(path, key), spelling, problems)] as const;
  });
  return { ...checkFields(fields, rest, path, spelling, problems), ...Object.fromEntries(checked) };
}

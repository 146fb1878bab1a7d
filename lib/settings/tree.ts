import type { Fields, Spelling } from '../core/field.js';
import { checkFields, entriesOf, join, type Problems, unknownKey } from './check.js';
import { methodFields, methodGroups, type Settings, type SettingsOverrides, schema } from './schema.js';

const sections = { circuits: schema.circuit, methods: methodFields };
const sectionGroups = { circuits: {}, methods: methodGroups };
const groups = [...Object.keys(schema), ...Object.keys(sections)];

/** Reads settings as a file or code spells them: what is right is returned, what is wrong becomes a problem. */
export function checkTree(input: unknown, spelling: Spelling, problems: Problems): SettingsOverrides {
  const tree: Record<string, unknown> = {};
  for (const [group, value] of entriesOf(input, '', problems)) {
    if (value === undefined || group === '$schema') continue;
    if (Object.hasOwn(schema, group)) {
      const fields: Fields = schema[group as keyof typeof schema];
      tree[group] = checkFields(
        fields,
        spelling === 'code' ? withoutNothing(fields, value) : value,
        group,
        spelling,
        problems,
      );
    } else if (Object.hasOwn(sections, group)) {
      tree[group] = checkSections(group as keyof typeof sections, value, spelling, problems);
    } else {
      problems.push(unknownKey(group, groups, group));
    }
  }
  return tree;
}

/** Settings with trees laid over them, the last on top; a value that was wrong hides what is below it. */
export function layOver<S extends Partial<Settings>>(settings: S, trees: readonly SettingsOverrides[]): S {
  const whole: Record<string, object> = { ...settings };
  for (const tree of trees)
    for (const [group, values] of Object.entries(tree)) whole[group] = { ...whole[group], ...values };
  return whole as S;
}

/** Settings that were loaded say null where nothing is set: handed back to `configure()` that sets nothing either. */
function withoutNothing(fields: Fields, input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  return Object.fromEntries(
    Object.entries(input).filter(([key, value]) => value !== null || fields[key]?.default !== null),
  );
}

function checkSections(group: keyof typeof sections, input: unknown, spelling: Spelling, problems: Problems) {
  const checked = entriesOf(input, group, problems).map(([name, options]) => {
    return [
      name,
      checkFields(sections[group], options, join(group, name), spelling, problems, sectionGroups[group]),
    ] as const;
  });
  return Object.fromEntries(checked);
}

import type { Fields, Spelling } from '../core/field.js';
import {
  checkFields,
  closestName,
  entriesOf,
  hasEntries,
  note,
  noteUnknown,
  type Path,
  type Problems,
} from './check.js';
import { groups, policyGroups } from './groups.js';
import type { SectionKind, SettingsOverrides } from './schema.js';
import { SECTIONS } from './sections.js';

type Tree = Record<string, Record<string, unknown>>;

/** Reads settings from a file or from code. Returns the valid ones; everything else becomes a problem. */
export function checkTree(input: unknown, spelling: Spelling, problems: Problems): SettingsOverrides {
  const tree: Tree = {};
  for (const [name, value] of entriesOf(input, [], problems)) {
    if (value === undefined || name === '$schema') continue;
    const group = groups.get(name);
    if (group)
      tree[name] = checkFields(group.fields, withoutNulls(group.fields, value, spelling), [name], spelling, problems);
    else if (isSectionKind(name)) tree[name] = checkSections(name, value, spelling, problems);
    else noteUnknown(problems, [name], [...groups.keys(), ...SECTIONS]);
  }
  return tree;
}

function isSectionKind(name: string): name is SectionKind {
  return SECTIONS.some((kind) => kind === name);
}

/** Removes nulls of unset options: loaded settings contain them, and may be passed to `configure()`. */
function withoutNulls(fields: Fields, input: unknown, spelling: Spelling): unknown {
  if (spelling !== 'code' || !hasEntries(input)) return input;
  return Object.fromEntries(
    Object.entries(input).filter(([key, value]) => value !== null || fields[key]?.default !== null),
  );
}

function checkSections(kind: SectionKind, input: unknown, spelling: Spelling, problems: Problems): Tree[string] {
  const checked = entriesOf(input, [kind], problems)
    .filter(([, section]) => section !== undefined)
    .map(([name, section]) => [name, checkSection(section, [kind, name], spelling, problems)] as const);
  return Object.fromEntries(checked);
}

function checkSection(input: unknown, path: Path, spelling: Spelling, problems: Problems): Tree {
  const section: Tree = {};
  const known = new Map(policyGroups());
  for (const [name, options] of entriesOf(input, path, problems)) {
    const group = known.get(name);
    if (options === undefined) continue;
    if (group) section[name] = checkFields(group.fields, options, [...path, name], spelling, problems);
    else noteFlat(problems, [...path, name]);
  }
  return section;
}

/** Adds a problem about an option in a section without its group, or about an unknown key. */
function noteFlat(problems: Problems, path: Path): void {
  const key = path.at(-1) ?? '';
  const known = policyGroups();
  const names = known.map(([name]) => name);
  const options = [...new Set(known.flatMap(([, { fields }]) => Object.keys(fields)))];
  const option = closestName(key, names) === undefined ? closestName(key, options) : undefined;
  if (option === undefined) {
    noteUnknown(problems, path, names);
    return;
  }
  const owners = known.filter(([, { fields }]) => Object.hasOwn(fields, option));
  const nested = owners.map(([name]) => `"${name}": { "${option}": … }`);
  note(problems, path, `expected the group of a policy around the option. Write: ${nested.join(' or ')}`);
}

import type { Fields } from '../../core/field.js';
import { layers } from '../../runtime/runtime.js';
import { type UnmatchedSection, unmatchedSections } from '../../runtime/unmatched.js';
import { groups } from '../../settings/groups.js';
import { baseOf, type Setting } from '../../settings/resolve.js';
import { showSetting } from '../../settings/show.js';
import type { Stacks } from './known-methods.js';

/** A setting in effect, and how to set it. */
export interface NamedSetting extends Setting {
  readonly key: string;
  /** The environment variable that sets it. */
  readonly env?: string;
}

/** All settings of the schema, by group. */
export function settingsInEffect(): Map<string, NamedSetting[]> {
  const current = layers();
  return new Map([...groups].map(([group, { fields }]) => [group, withNames(fields, baseOf(group, current))]));
}

/** The settings of the file for single circuits and methods, even if the command does not know these. */
export function sectionsInEffect(): NamedSetting[] {
  const { file, path } = layers().loaded;
  const source = { source: 'file', ...(path !== undefined && { from: path }) } as const;
  return (['circuits', 'methods'] as const).flatMap((group) =>
    Object.entries(file[group] ?? {}).flatMap(([name, options]) =>
      leavesOf(options, `${group}.${name}`).map((leaf) => ({ ...leaf, ...source })),
    ),
  );
}

/** The values of a section and of its nested objects. */
function leavesOf(section: object, path: string): { key: string; value: unknown }[] {
  return Object.entries(section).flatMap(([name, value]) => {
    const key = `${path}.${name}`;
    return typeof value === 'object' && value !== null ? leavesOf(value, key) : [{ key, value }];
  });
}

/** The sections that match no method of these stacks and no circuit of them. */
export function unmatchedIn(stacks: Stacks = {}): UnmatchedSection[] {
  const circuits = Object.values(stacks)
    .flat()
    .map(({ settings }) => settings.circuit?.value);
  return unmatchedSections({
    methods: Object.keys(stacks),
    circuits: circuits.filter((name) => typeof name === 'string'),
  });
}

/** The settings file in effect. */
export function settingsFile(): string | undefined {
  return layers().loaded.path;
}

function withNames(fields: Fields, settings: Readonly<Record<string, Setting>>): NamedSetting[] {
  return Object.entries(settings).map(([key, setting]) => {
    const { env, sensitive } = fields[key] ?? {};
    const value = sensitive && setting.value !== null ? '(set)' : printedValue(setting);
    return { key, ...setting, value, ...(env !== undefined && { env }) };
  });
}

/** The value for output. A default is not secret, so it is printed. */
function printedValue({ value, source }: Setting): unknown {
  return source === 'default' ? value : showSetting(value);
}

import { groups, type Values } from './groups.js';
import type { Layers } from './layers.js';
import { mapped } from './mapped.js';
import type { SettingsOverrides } from './schema.js';
import { type Names, type SectionOf, sectionsFor, sectionsOf } from './sections.js';

/** The layer of a value. A later layer in this list overrides the earlier ones. */
export type Source = 'default' | 'file' | 'environment' | 'configure' | 'decorator' | 'section';

/** A setting in effect, and its layer. */
export interface Setting {
  readonly value: unknown;
  readonly source: Source;
  /** The name of the file, the environment variable, or the section. */
  readonly from?: string;
}

type SettingsByKey = Readonly<Record<string, Setting>>;

/** The settings of a group from all layers but decorators and sections. */
interface Base {
  readonly settings: SettingsByKey;
  readonly values: Values;
}

const NONE: SettingsByKey = {};

const known = new WeakMap<Layers, Map<string, Base>>();

/** The settings of a group from all layers but decorators and sections. Cached for all methods. */
export function baseOf(group: string, layers: Layers): SettingsByKey {
  return based(group, layers).settings;
}

function based(group: string, layers: Layers): Base {
  let bases = known.get(layers);
  if (!bases) known.set(layers, (bases = new Map()));
  let base = bases.get(group);
  if (!base) bases.set(group, (base = layered(group, layers)));
  return base;
}

function layered(group: string, { loaded, configured }: Layers): Base {
  const settings: Record<string, Setting> = {};
  const { file, environment, path } = loaded;
  for (const [key, field] of Object.entries(groups.get(group)?.fields ?? {})) {
    const of = (tree: SettingsOverrides): unknown =>
      (tree as Readonly<Record<string, Values | undefined>>)[group]?.[key];
    const candidates: Setting[] = [
      { value: field.default, source: 'default' },
      { value: of(file), source: 'file', ...(path !== undefined && { from: path }) },
      { value: of(environment), source: 'environment', ...(field.env !== undefined && { from: field.env }) },
      ...configured.map((tree): Setting => ({ value: of(tree), source: 'configure' })),
    ];
    settings[key] = candidates.findLast(({ value }) => value !== undefined) as Setting;
  }
  return { settings, values: mapped(settings, ({ value }) => value) };
}

/** The group of settings that a policy of one method uses, and the options of its decorator. */
export interface Resolvable {
  readonly group: string;
  readonly options: Values;
  /** Settings of other groups that replace the default of an option: `{ limit: ['openai', 'attemptTimeout'] }`. */
  readonly defaults?: Readonly<Record<string, readonly [group: string, key: string]>> | undefined;
  /** Defaults that depend on other options. */
  readonly derive?: ((values: Values, isSet: (key: string) => boolean) => Values) | undefined;
}

/** The values in effect. Computed once for each method and configuration. */
export function valuesIn(layers: Layers, names: Names, policy: Resolvable): Values {
  const { group, options, derive } = policy;
  const sections = sectionsIn(layers, names, group);
  const { values, settings } = based(group, layers);
  const whole: Values = Object.assign(
    { ...values, ...mapped(defaultsIn(layers, policy), ({ value }) => value), ...options },
    ...sections.map((section) => section.values),
  );
  if (!derive) return whole;
  const isSet = (key: string): boolean =>
    key in options || settings[key]?.source !== 'default' || sections.some((section) => key in section.values);
  return { ...whole, ...derive(whole, isSet) };
}

/** Like `valuesIn`, with the layer of each value. It shows an option that only code can set only if it is a string. */
export function settingsIn(layers: Layers, names: Names, policy: Resolvable): SettingsByKey {
  const { group, options } = policy;
  const { settings } = based(group, layers);
  const written = Object.entries(options).filter(([key, value]) => key in settings || typeof value === 'string');
  const found: Record<string, Setting> = {
    ...mapped(Object.fromEntries(written.filter(([key]) => !(key in settings))), ofDecorator),
    ...settings,
    ...defaultsIn(layers, policy),
    ...mapped(Object.fromEntries(written), ofDecorator),
  };
  for (const { name, values } of sectionsIn(layers, names, group))
    Object.assign(
      found,
      mapped(values, (value): Setting => ({ value, source: 'section', from: name })),
    );
  const values = valuesIn(layers, names, policy);
  // Every policy has the switch `enabled`. It is shown only if it is set.
  if (found.enabled?.source === 'default') delete found.enabled;
  return mapped(found, (setting, key) =>
    setting.value === values[key] ? setting : { value: values[key], source: 'default' },
  );
}

const ofDecorator = (value: unknown): Setting => ({ value, source: 'decorator' });

/** A cache for the sections of the last method: the policies of one method are resolved one after the other. */
const latest = new WeakMap<Layers, { readonly names: Names; readonly sections: ReturnType<typeof sectionsFor> }>();

function sectionsIn(layers: Layers, names: Names, group: string): SectionOf[] {
  let last = latest.get(layers);
  if (last?.names !== names) {
    last = { names, sections: sectionsFor([layers.loaded.file, ...layers.configured], names) };
    latest.set(layers, last);
  }
  return sectionsOf(last.sections, group);
}

/** Settings of other groups, for options that are unset in their own group. */
function defaultsIn(layers: Layers, { group, defaults }: Resolvable): SettingsByKey {
  if (!defaults) return NONE;
  const { settings } = based(group, layers);
  const unset = Object.entries(defaults).filter(([key]) => settings[key]?.source === 'default');
  const given = unset.map(([key, [other, otherKey]]) => [key, based(other, layers).settings[otherKey]] as const);
  return Object.fromEntries(given.filter((entry): entry is [string, Setting] => entry[1] !== undefined));
}

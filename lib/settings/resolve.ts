import type { Fields } from '../core/field.js';
import type { LoadedSettings } from './load.js';
import type { Group, SettingsOverrides } from './schema.js';

/** Which layer a value came from; the later in this list wins. */
export type Source = 'default' | 'file' | 'environment' | 'configure' | 'decorator' | 'section';

/** A setting in effect, and where it came from. */
export interface Setting {
  readonly value: unknown;
  readonly source: Source;
  /** The name of the place: a file, an environment variable, a section of the file. */
  readonly from?: string;
}

/** Everything that may say something about one method. */
export interface Layers {
  readonly loaded: LoadedSettings;
  /** What `configure()` set, the latest last. */
  readonly configured: readonly SettingsOverrides[];
}

/** Options of one policy from all layers, the most specific winning. Without a group, sections alone may set them. */
export function resolve(
  fields: Fields,
  group: Group | undefined,
  layers: Layers,
  options: Readonly<Record<string, unknown>>,
  sections: readonly { readonly name: string; readonly values: Readonly<Record<string, unknown>> }[],
): Record<string, Setting> {
  const { loaded, configured } = layers;
  const resolved: Record<string, Setting> = {};
  for (const [key, field] of Object.entries(fields)) {
    const of = (tree: SettingsOverrides): unknown =>
      group && (tree[group] as Record<string, unknown> | undefined)?.[key];
    const candidates: Setting[] = [
      { value: field.default, source: 'default' },
      { value: of(loaded.file), source: 'file', ...(loaded.path !== undefined && { from: loaded.path }) },
      { value: of(loaded.environment), source: 'environment', ...(field.env !== undefined && { from: field.env }) },
      ...configured.map((tree): Setting => ({ value: of(tree), source: 'configure' })),
      { value: options[key], source: 'decorator' },
      ...sections.map(({ name, values }): Setting => ({ value: values[key], source: 'section', from: name })),
    ];
    resolved[key] = candidates.findLast(({ value }) => value !== undefined) as Setting;
  }
  return resolved;
}

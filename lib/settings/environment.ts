import type { Fields } from '../core/field.js';
import { httpUrl, secret } from '../core/field.js';
import { checkValue, join, type Problems } from './check.js';
import { type SettingsOverrides, schema } from './schema.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables that the schema names. All are text; none is guessed at. */
export function readEnvironment(env: Environment, problems: Problems): SettingsOverrides {
  const tree: Record<string, Record<string, unknown>> = {};
  for (const [group, fields] of Object.entries(schema as Readonly<Record<string, Fields>>)) {
    for (const [key, field] of Object.entries(fields)) {
      const text = field.env === undefined ? undefined : env[field.env];
      if (text === undefined) continue;
      // An empty key or address is how a deployment says that there is none.
      if (text === '' && (field.format === secret || field.format === httpUrl)) continue;
      const value = checkValue(field, text, `${join(group, key)} (${field.env})`, 'text', problems);
      tree[group] = { ...tree[group], [key]: value };
    }
  }
  return tree;
}

import { warn } from '../core/process.js';
import { checkValue, type Problems } from './check.js';
import { groups } from './groups.js';
import type { SettingsOverrides } from './schema.js';
import { show } from './show.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables of the schema. The format of each field parses the text. An empty variable counts as unset. */
export function readEnvironment(env: Environment, problems: Problems): SettingsOverrides {
  const tree: Record<string, Record<string, unknown>> = {};
  for (const [group, { fields }] of groups) {
    for (const [key, field] of Object.entries(fields)) {
      const text = field.env === undefined ? undefined : env[field.env];
      if (text === undefined || text === '') continue;
      const found: Problems = [];
      const value = checkValue(field, text, [group, key], 'text', found, field.env);
      // A wrong log level must not make calls fail, so it causes only a warning.
      if (value === undefined && group === 'log') warnOnce(found, field.default);
      else if (value === undefined) problems.push(...found);
      else tree[group] = { ...tree[group], [key]: value };
    }
  }
  return tree;
}

const warned = new Set<string>();

function warnOnce(problems: Problems, used: unknown): void {
  for (const { text } of problems) {
    if (warned.has(text)) continue;
    warned.add(text);
    warn(`${text}. The default ${show(used)} is used.`);
  }
}

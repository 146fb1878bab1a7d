import type { Field, Fields } from '../core/field.js';
import { loadPackage } from '../core/load-package.js';
import { mapped } from './mapped.js';

type Convict = typeof import('convict');
type Values = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Trees = readonly Readonly<Record<string, unknown>>[];

/**
 * Every setting of a convict schema: its value in the last tree that has one, or its default. convict is loaded only if
 * there is a value to check, because most processes have none, and loading convict takes as long as loading holdfast. A
 * bundle may lack convict; then this is safe too, because the format of each field has already checked the values.
 */
export function completed(schema: Readonly<Record<string, Fields>>, trees: Trees): Values {
  const convict = trees.some((tree) => Object.keys(tree).length > 0) ? loadConvict() : undefined;
  if (!convict) return withDefaults(schema, trees);
  const convictSchema = mapped(schema, (fields) => mapped(fields, (field) => convictField(convict, field)));
  // If `args` and `env` were unset, convict would read the command line and the environment itself.
  const convicted = convict<Record<string, object>>(convictSchema, { args: [], env: {} });
  for (const tree of trees) convicted.load(tree);
  return convicted.validate({ allowed: 'strict' }).getProperties() as Values;
}

/**
 * A field for convict, with its format registered by name. The values are already parsed, so convict must not coerce.
 */
function convictField(convict: Convict, { format, ...field }: Field<unknown>): object {
  const name = `holdfast: ${format.expected}`;
  convict.addFormat({ name, validate: format, coerce: (value: unknown) => value });
  return { ...field, format: name };
}

function withDefaults(schema: Readonly<Record<string, Fields>>, trees: Trees): Values {
  const groups = Object.entries(schema).map(([group, fields]) => {
    const defaults = mapped(fields, (field) => field.default);
    return [group, Object.assign(defaults, ...trees.map((tree) => tree[group]))] as const;
  });
  return Object.fromEntries(groups);
}

function loadConvict(): Convict | undefined {
  return loadPackage('convict') as Convict | undefined;
}

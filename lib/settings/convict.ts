import type { Fields } from '../core/field.js';
import { loadPackage } from '../core/load-package.js';

type Convict = typeof import('convict');
type Values = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Every setting of a convict schema: the value of the last tree that has one, or its default. convict is loaded if there
 * is a value to check, because most processes have none and loading it takes as long as loading holdfast. A bundle may
 * lack it: every value has been read by the format of its field before.
 */
export function completed(schema: Readonly<Record<string, Fields>>, trees: readonly Values[]): Values {
  const convict = trees.some((tree) => Object.keys(tree).length > 0) ? loadConvict() : undefined;
  if (!convict) return laidOver(defaultsOf(schema), trees);
  // Without `args` and `env` of its own convict would read the command line and coerce what it finds.
  const convicted = convict<Record<string, object>>(schema as never, { args: [], env: {} });
  for (const tree of trees) convicted.load(tree);
  return convicted.validate({ allowed: 'strict' }).getProperties() as Values;
}

export function defaultsOf(schema: Readonly<Record<string, Fields>>): Values {
  const groups = Object.entries(schema).map(([group, fields]) => {
    return [group, Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.default]))] as const;
  });
  return Object.fromEntries(groups);
}

function laidOver(defaults: Values, trees: readonly Values[]): Values {
  const groups = Object.entries(defaults).map(([group, values]) => {
    return [group, Object.assign({ ...values }, ...trees.map((tree) => tree[group]))] as const;
  });
  return Object.fromEntries(groups);
}

function loadConvict(): Convict | undefined {
  return loadPackage('convict', () => require('convict')) as Convict | undefined;
}

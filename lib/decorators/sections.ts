import type { Layers } from '../settings/resolve.js';
import type { PolicyGroup } from '../settings/schema.js';

interface Section {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The named sections that speak of a method: that of its circuit, and its own, which wins. */
export function sectionsOf(
  { loaded, configured }: Layers,
  names: { readonly circuit?: string; readonly method: string },
): Section[] {
  const look = (group: 'circuits' | 'methods', name: string): Section[] =>
    [loaded.settings, ...configured].map((tree) => {
      const named: Readonly<Record<string, object | undefined>> = tree[group] ?? {};
      // What objects inherit has nothing to copy.
      return { name: `${group}.${name}`, values: { ...named[name] } };
    });
  const { circuit, method } = names;
  return [...(circuit === undefined ? [] : look('circuits', circuit)), ...look('methods', method)];
}

/** What the sections of a method say of one policy, whose options stand in an object of their own. */
export function policySectionsOf(layers: Layers, method: string, policy: PolicyGroup): Section[] {
  return sectionsOf(layers, { method }).flatMap(({ name, values }) => {
    const own = values[policy] as Section['values'] | undefined;
    return own ? [{ name: `${name}.${policy}`, values: own }] : [];
  });
}

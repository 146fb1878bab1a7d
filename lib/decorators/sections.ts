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
  const sections: Section[] = [];
  const look = (group: 'circuits' | 'methods', name: string | undefined): void => {
    for (const tree of [loaded.settings, ...configured]) {
      const named: Readonly<Record<string, object | undefined>> = tree[group] ?? {};
      if (name !== undefined && Object.hasOwn(named, name))
        sections.push({ name: `${group}.${name}`, values: { ...named[name] } });
    }
  };
  look('circuits', names.circuit);
  look('methods', names.method);
  return sections;
}

/** What the sections of a method say of one policy, whose options stand in an object of their own. */
export function policySectionsOf(layers: Layers, method: string, policy: PolicyGroup): Section[] {
  return sectionsOf(layers, { method }).flatMap(({ name, values }) => {
    const own = values[policy] as Section['values'] | undefined;
    return own ? [{ name: `${name}.${policy}`, values: own }] : [];
  });
}

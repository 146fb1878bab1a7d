import type { Values } from './groups.js';
import type { SectionKind, SettingsOverrides } from './schema.js';

/** The keys of settings that hold sections: options of single circuits and methods, by name or pattern. */
export const SECTIONS: readonly SectionKind[] = ['circuits', 'methods'];

/** The name of a method, and that of its circuit if it has one. */
export interface Names {
  readonly method: string;
  readonly circuit?: string | undefined;
}

/** The options of a section for one policy. */
export interface SectionOf {
  /** `methods.Class.*.retry` */
  readonly name: string;
  readonly values: Values;
}

/** Whether the name or pattern of a section matches this method or circuit. */
export function isMeant(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  if (!pattern.includes('*')) return false;
  // Not a regular expression: its time could grow with a power of the length.
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= name.length - last.length;
}

/** Whether a section matches this method. */
export function concerns(kind: string | undefined, pattern: string, { method, circuit }: Names): boolean {
  return kind === 'methods' ? isMeant(pattern, method) : circuit !== undefined && isMeant(pattern, circuit);
}

/** A section that matches a method. */
interface MatchingSection {
  readonly name: string;
  readonly rank: number;
  readonly section: Readonly<Record<string, Values | undefined>>;
}

/** The sections that match a method, the most specific last. */
export function sectionsFor(trees: readonly SettingsOverrides[], names: Names): readonly MatchingSection[] {
  const found: MatchingSection[] = [];
  for (const tree of trees) {
    for (const kind of SECTIONS) {
      for (const [pattern, section] of Object.entries(tree[kind] ?? {})) {
        if (!concerns(kind, pattern, names)) continue;
        const rank = rankOf(kind, pattern, kind === 'methods' ? names.method : names.circuit);
        found.push({ name: `${kind}.${pattern}`, rank, section: section as MatchingSection['section'] });
      }
    }
  }
  return found.sort((a, b) => a.rank - b.rank);
}

/** The options of these sections for one policy. */
export function sectionsOf(sections: readonly MatchingSection[], group: string): SectionOf[] {
  return sections.flatMap(({ name, section }) => {
    const values = section[group];
    return values ? [{ name: `${name}.${group}`, values }] : [];
  });
}

/** A higher rank overrides a lower one: a name any pattern, a method a circuit, a longer pattern a shorter one. */
function rankOf(kind: SectionKind, pattern: string, name: string | undefined): number {
  const base = (pattern === name ? 2 : 0) + (kind === 'methods' ? 1 : 0);
  return base + 1 - 1 / (1 + pattern.replaceAll('*', '').length);
}

/** Below this likeness, two names have nothing to do with each other. */
const ALIKE = 0.4;

/** The known names, the one most like `name` first. */
export function byLikeness(name: string, known: readonly string[]): string[] {
  return [...known].sort((a, b) => likeness(b, name) - likeness(a, name));
}

/** The known name that `name` may be a typing mistake of. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const [first] = byLikeness(name, known);
  return first !== undefined && likeness(first, name) >= ALIKE ? first : undefined;
}

/** The share of letter pairs that two names have in common (Dice's coefficient): the order of words does not matter. */
function likeness(a: string, b: string): number {
  const [first, second] = [pairsOf(a), pairsOf(b)];
  const common = [...first].filter((pair) => second.has(pair)).length;
  return (2 * common) / (first.size + second.size || 1);
}

function pairsOf(name: string): Set<string> {
  const letters = name.toLowerCase();
  return new Set(Array.from({ length: Math.max(0, letters.length - 1) }, (_, i) => letters.slice(i, i + 2)));
}

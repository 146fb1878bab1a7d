/** The lowest likeness of a possible typing mistake. */
const MIN_LIKENESS = 0.4;

/** The known names, the most similar to `name` first. */
export function byLikeness(name: string, known: readonly string[]): string[] {
  return [...known].sort((a, b) => likeness(b, name) - likeness(a, name));
}

/** The known name that was probably meant by `name`; undefined if none is similar. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const [first] = byLikeness(name, known);
  return first !== undefined && likeness(first, name) >= MIN_LIKENESS ? first : undefined;
}

/** The share of common letter pairs of two names (Dice's coefficient), which does not depend on the order of words. */
function likeness(a: string, b: string): number {
  const [first, second] = [pairsOf(a), pairsOf(b)];
  const common = [...first].filter((pair) => second.has(pair)).length;
  return (2 * common) / (first.size + second.size || 1);
}

function pairsOf(name: string): Set<string> {
  const letters = name.toLowerCase();
  return new Set(Array.from({ length: Math.max(0, letters.length - 1) }, (_, i) => letters.slice(i, i + 2)));
}

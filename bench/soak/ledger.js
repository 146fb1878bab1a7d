// What has to be nothing in the end.

/** Counts of what ought not to be, in the order in which they were first looked at. */
export class Ledger {
  #counts = new Map();

  /** Adds to a count; that of something that never was stays in the table with 0. */
  count(what, number = 1) {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + number);
  }

  /** Two numbers that ought to be one: counts by how much they differ. */
  compare(what, one, other) {
    this.count(what, Math.abs(one - other));
  }

  get rows() {
    return [...this.#counts].map(([what, count]) => [what, `${count}`, count === 0 ? 'yes' : 'NO']);
  }

  get isClean() {
    return [...this.#counts.values()].every((count) => count === 0);
  }
}

/** Counts rejections that nobody handles until it is told to stop. */
export function countUnhandled(ledger, what) {
  const count = () => ledger.count(what);
  ledger.count(what, 0);
  process.on('unhandledRejection', count);
  return () => process.removeListener('unhandledRejection', count);
}

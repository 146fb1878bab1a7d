// `Math.max(...values)` throws a RangeError for more than about 100,000 values, and a circuit may have as many keys.

/** The largest value, but not less than `least`. */
export function largest(values: readonly number[], least: number): number {
  return values.reduce((most, value) => Math.max(most, value), least);
}

/** The smallest value, but not more than `most`. */
export function smallest(values: readonly number[], most: number): number {
  return values.reduce((least, value) => Math.min(least, value), most);
}

/** An object with the same keys and other values. */
export function mapped<T, U>(
  values: { readonly [key: string]: T },
  map: (value: T, key: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}

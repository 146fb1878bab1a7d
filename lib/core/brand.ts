const ordinary = Function.prototype[Symbol.hasInstance];

/**
 * Lets `instanceof` recognise objects of these classes that another copy of the package has made.
 * @param classes by a name that no minifier changes
 */
export function brand(classes: Readonly<Record<string, { readonly prototype: object }>>): void {
  for (const [name, Class] of Object.entries(classes)) {
    const mark = Symbol.for(`holdfast.${name}`);
    Object.defineProperty(Class.prototype, mark, { value: true });
    Object.defineProperty(Class, Symbol.hasInstance, {
      // A subclass inherits this function, and its instances are not all that have the brand.
      value(this: unknown, value: unknown): boolean {
        return ordinary.call(this as never, value) || (this === Class && isBranded(value, mark));
      },
    });
  }
}

function isBranded(value: unknown, mark: symbol): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return (value as Readonly<Record<symbol, unknown>>)[mark] === true;
  } catch {
    // A proxy may throw.
    return false;
  }
}

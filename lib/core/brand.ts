const defaultHasInstance = Function.prototype[Symbol.hasInstance];

/**
 * Lets `instanceof` recognise objects of these classes that another copy of the package made.
 * @param classes each class under a name that no minifier changes
 */
export function brand(classes: Readonly<Record<string, { readonly prototype: object }>>): void {
  for (const [name, Class] of Object.entries(classes)) {
    const brandKey = Symbol.for(`holdfast.${name}`);
    Object.defineProperty(Class.prototype, brandKey, { value: true });
    Object.defineProperty(Class, Symbol.hasInstance, {
      // A subclass inherits this function, but not every branded object is an instance of the subclass. For the class
      // itself, the brand decides: its own objects inherit it too, and one lookup is cheaper than `instanceof`.
      value(this: unknown, value: unknown): boolean {
        return this === Class ? isBranded(value, brandKey) : defaultHasInstance.call(this as never, value);
      },
    });
  }
}

function isBranded(value: unknown, brandKey: symbol): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return (value as Readonly<Record<symbol, unknown>>)[brandKey] === true;
  } catch {
    // A proxy may throw.
    return false;
  }
}

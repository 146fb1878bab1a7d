/** Puts decorators, outermost first, on a method of a prototype, as a compiler does it. */
export function decorate(prototype, key, decorators) {
  for (const decorator of [...decorators].reverse()) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key);
    Object.defineProperty(prototype, key, decorator(prototype, key, descriptor));
  }
}

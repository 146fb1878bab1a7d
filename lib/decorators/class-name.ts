/** The name of a class. A class may have no name, or a static member `name` that is not a string. */
export function nameOfClass(value: unknown): string {
  const name: unknown = typeof value === 'function' ? value.name : undefined;
  return typeof name === 'string' && name !== '' ? name : '(anonymous)';
}

/** The name of a class; a static member may stand in its place, and it may have none. */
export function nameOfClass(value: unknown): string {
  const name: unknown = typeof value === 'function' ? value.name : undefined;
  return typeof name === 'string' && name !== '' ? name : '(anonymous)';
}

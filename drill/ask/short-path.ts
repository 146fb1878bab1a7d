import { relative } from 'node:path';

/** The shorter of a path and the same path from the working directory. */
export function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length ? fromHere : path;
}

import { isObject, read } from './reading.js';
import { type Seen, see } from './seen.js';

const MAX_DEPTH = 6;
const MAX_ERRORS = 16;
const MAX_CAUSES = 64;

/** The error and what caused it, outermost first, at most six deep. */
export function chainOf(error: object): readonly Seen[] {
  const outermost = see(error);
  if (outermost.causes.length === 0 && outermost.groups.length === 0) return [outermost];
  const found = new Map<object, Seen>([[error, outermost]]);
  let level: Seen[] = [outermost];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: Seen[] = [];
    for (const seen of level)
      for (const cause of directCauses(seen)) {
        if (found.has(cause) || found.size === MAX_CAUSES) continue;
        const inner = see(cause);
        found.set(cause, inner);
        next.push(inner);
      }
    level = next;
  }
  return [...found.values()];
}

/** The same as bare values: a value that is not an object is its own chain. */
export function causesOf(error: unknown): readonly unknown[] {
  return isObject(error) ? chainOf(error).map((seen) => seen.error) : [error];
}

function directCauses({ causes, groups }: Seen): readonly object[] {
  if (groups.length === 0) return causes;
  const found = [...causes];
  for (const group of groups) {
    if (!isObject(group)) continue;
    // By index: an iterator of a hostile value could throw, or never end.
    for (let i = 0; i < MAX_ERRORS; i++) {
      const error = read(group, String(i));
      if (isObject(error)) found.push(error);
    }
  }
  return found;
}

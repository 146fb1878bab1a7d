import { isObject, read } from './reading.js';
import { type Seen, readError } from './seen.js';

const MAX_DEPTH = 6;
const MAX_ERRORS = 16;
const MAX_CAUSES = 64;

/** The error and its causes, outermost first, at most six levels deep. */
export function chainOf(error: object): readonly Seen[] {
  const outermost = readError(error);
  if (outermost.causes.length === 0 && outermost.groups.length === 0) return [outermost];
  const causeErrors = new Map<object, Seen>([[error, outermost]]);
  let level: Seen[] = [outermost];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: Seen[] = [];
    for (const seen of level)
      for (const cause of directCauses(seen)) {
        if (causeErrors.has(cause) || causeErrors.size === MAX_CAUSES) continue;
        const inner = readError(cause);
        causeErrors.set(cause, inner);
        next.push(inner);
      }
    level = next;
  }
  return [...causeErrors.values()];
}

/** The same as plain values. A value that is not an object is the only element. */
export function causesOf(error: unknown): readonly unknown[] {
  return isObject(error) ? chainOf(error).map((seen) => seen.error) : [error];
}

function directCauses({ causes, groups }: Seen): readonly object[] {
  if (groups.length === 0) return causes;
  const causeErrors = [...causes];
  for (const group of groups) {
    if (!isObject(group)) continue;
    // Read by index: the iterator of a hostile value could throw or never end.
    for (let i = 0; i < MAX_ERRORS; i++) {
      const error = read(group, String(i));
      if (isObject(error)) causeErrors.push(error);
    }
  }
  return causeErrors;
}

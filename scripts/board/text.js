const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text for a page. */
export function escaped(text) {
  return String(text).replaceAll(/[&<>"]/g, (found) => ENTITIES[found]);
}

/** The time of day, in UTC, of seconds since the epoch. */
export function timeOf(at) {
  return new Date(at * 1000).toISOString().slice(11, 19);
}

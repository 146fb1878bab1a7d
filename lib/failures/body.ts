// Reads the upstream's error body. Keeps short words only; callers compare them with fixed lists and require a status
// of at least 400.
import { goDurationMs } from './durations.js';
import { isArray, read, readOwn, word } from './reading.js';
import type { Body, Seen } from './seen.js';

const NOTHING: Body = { words: [], isDaily: false, delayMs: undefined };

/** The longest part of a body that is searched, in characters. */
const MAX_BODY = 2048;
const MAX_NODES = 48;
/** In JSON, quotes inside a string are escaped, so a text that the upstream echoes cannot match as a field. */
const FIELD = /"(code|type|status|reason|quotaId|retryDelay)"\s{0,8}:\s{0,8}"([\w.:-]{1,64})"/g;
const NESTED_FIELDS = [
  'error',
  'errors',
  'data',
  'body',
  '_data',
  'details',
  'violations',
  'extensions',
  'payload',
  'parameters',
];

export function bodyOf(seen: Seen): Body {
  const { bodyError, response, wrapped, message } = seen;
  const isJson = message?.startsWith('{') === true;
  if (bodyError === undefined && response === undefined && wrapped === undefined && !isJson) return NOTHING;
  seen.parsedBody ??= bodyIn([
    ...[bodyError, wrapped?.data, wrapped?.body, wrapped?.responseBody, response],
    isJson ? message : undefined,
  ]);
  return seen.parsedBody;
}

/**
 * For streams, only a body that a client has already stored is read, as got, superagent and needle do. Reading any other
 * property would start some streams.
 */
function isStream(node: object): boolean {
  return typeof read(node, 'pipe') === 'function' || typeof read(node, 'getReader') === 'function';
}

function bodyIn(roots: readonly unknown[]): Body {
  const words: string[] = [];
  let isDaily = false;
  let delayMs: number | undefined;
  const take = (field: string, value: string): void => {
    if (field === 'quotaId') isDaily ||= value.includes('PerDay');
    else if (field === 'retryDelay') delayMs ??= goDurationMs(value);
    else words.push(value);
  };
  const queue = [...roots];
  for (let i = 0; i < queue.length && i < MAX_NODES; i++) {
    const node = queue[i];
    if (typeof node === 'string') {
      if (word(node) !== undefined) words.push(node);
      for (const [, field = '', value = ''] of node.slice(0, MAX_BODY).matchAll(FIELD)) take(field, value);
      continue;
    }
    if (typeof node !== 'object' || node === null) continue;
    if (isStream(node)) {
      queue.push(readOwn(node, 'body'), readOwn(node, 'text'));
      continue;
    }
    for (const field of ['code', 'type', 'status', 'reason', 'quotaId', 'retryDelay']) {
      const value = word(read(node, field));
      if (value !== undefined) take(field, value);
    }
    const seconds = read(node, 'retry_after');
    if (typeof seconds === 'number' && seconds >= 0 && Number.isFinite(seconds)) delayMs ??= seconds * 1000;
    if (isArray(node)) queue.push(...[0, 1, 2, 3, 4, 5, 6, 7].map((at) => read(node, String(at))));
    else queue.push(...NESTED_FIELDS.map((name) => read(node, name)).filter((inner) => inner !== undefined));
  }
  return { words, isDaily, delayMs };
}

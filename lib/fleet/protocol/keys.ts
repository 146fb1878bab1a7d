import { createHash } from 'node:crypto';

/** The version of the protocol. A script that is incompatible with the previous one needs the next number. */
const VERSION = 1;
const LONGEST_NAME = 200;
const HASH_BYTES = 16;

/** Escapes a name for keys and messages: letters, digits, dots, underscores, hyphens and percent escapes remain. */
export function safeName(name: string): string {
  const safe = escaped(name);
  return safe.length <= LONGEST_NAME ? safe : `${safe.slice(0, LONGEST_NAME).replace(/%.?$/, '')}~${hash(name)}`;
}

function escaped(text: string): string {
  const hex = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text.replace(/[^A-Za-z0-9._-]+/g, (run) => [...Buffer.from(run, 'utf8')].map(hex).join(''));
}

/** The escaped name of the circuit of one key. It contains only a hash of the key. */
export function safeNameOfKey(fleet: string, circuit: string, key: string): string {
  return `${safeName(circuit)}~${hash(`${fleet}\0${circuit}\0${key}`)}`;
}

/** The escaped name of a limiter. The prefix separates it from the names of circuits. */
export function safeNameOfLimiter(limiter: string): string {
  return `~${safeName(limiter)}`;
}

/** The original of an escaped name, unless it was too long and has been shortened. */
export function readableName(safe: string): string {
  const [name = '', hashed] = safe.split('~');
  let readable = name;
  try {
    readable = decodeURIComponent(name);
  } catch {
    // The name was cut in the middle of a character, or was not made by `safeName`.
  }
  return hashed === undefined ? readable : `${readable}[#${hashed}]`;
}

function hash(text: string): string {
  return createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * HASH_BYTES);
}

/** The channel of a fleet's messages. */
export function channelOf(fleet: string): string {
  return `holdfast:${VERSION}:${safeName(fleet)}`;
}

/** The keys of one circuit, in the order of the script. The braces keep them in one slot of a cluster. */
export function keysOf(fleet: string, safe: string): string[] {
  const record = `${channelOf(fleet)}:{${safe}}`;
  return [record, ...['v', 'm', 'w', 'p', 'g'].map((part) => `${record}:${part}`)];
}

/** The key of the list of circuits. */
export function indexKeyOf(fleet: string): string {
  return `${channelOf(fleet)}:{}`;
}

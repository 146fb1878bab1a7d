import { createHash } from 'node:crypto';

/** The protocol's version: a script that cannot work with the one before gets the next number. */
const VERSION = 1;
const LONGEST_NAME = 200;
const HASH_BYTES = 16;

/** A name as keys and messages may hold it: letters, digits, dots, underscores, hyphens, and percent escapes. */
export function safeName(name: string): string {
  const safe = escaped(name);
  return safe.length <= LONGEST_NAME ? safe : `${safe.slice(0, LONGEST_NAME).replace(/%.?$/, '')}~${hash(name)}`;
}

function escaped(text: string): string {
  const hex = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text.replace(/[^A-Za-z0-9._-]+/g, (run) => [...Buffer.from(run, 'utf8')].map(hex).join(''));
}

/** The name of the circuit of one key: the key appears as a hash. */
export function safeNameOfKey(fleet: string, circuit: string, key: string): string {
  return `${safeName(circuit)}~${hash(`${fleet}\0${circuit}\0${key}`)}`;
}

/** The name of a limiter: no circuit has one that begins like this. */
export function safeNameOfLimiter(limiter: string): string {
  return `~${safeName(limiter)}`;
}

/** The name as people wrote it, where keys hold it whole. */
export function readableName(safe: string): string {
  const [name = '', hashed] = safe.split('~');
  let readable = name;
  try {
    readable = decodeURIComponent(name);
  } catch {
    // Cut in the middle of a character, or no name of ours.
  }
  return hashed === undefined ? readable : `${readable}[#${hashed}]`;
}

function hash(text: string): string {
  return createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * HASH_BYTES);
}

/** Where a fleet's messages are published. */
export function channelOf(fleet: string): string {
  return `holdfast:${VERSION}:${safeName(fleet)}`;
}

/** The keys of one circuit, in the script's order. The name in braces keeps them in one slot of a cluster. */
export function keysOf(fleet: string, safe: string): string[] {
  const record = `${channelOf(fleet)}:{${safe}}`;
  return [record, ...['v', 'm', 'w', 'p', 'g'].map((part) => `${record}:${part}`)];
}

/** The key of the list of circuits. */
export function indexKeyOf(fleet: string): string {
  return `${channelOf(fleet)}:{}`;
}

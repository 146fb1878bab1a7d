// The structure of a thrown value, as JSON that spec/failures/recorded/replay.ts builds objects from: names of classes,
// properties and their values. All text that can stand in it is the client's own or the fault server's.

import { NOW } from './http-faults.js';

/** The fault server's own dates are kept. */
const DAY = new Date(NOW).toISOString().slice(0, 13);
const HTTP_DAY = new Date(NOW).toUTCString().slice(0, 20);
const MAX_DEPTH = 7;
const MAX_KEYS = 40;
const MAX_ITEMS = 4;
const MAX_TEXT = 400;

/** Objects of whole subsystems: that they are there is recorded, what is in them is not. */
const OPAQUE_KEYS = new Set([
  ...[
    'config',
    'options',
    'request',
    'req',
    'cert',
    'agent',
    'socket',
    'client',
    'connection',
    'session',
    'parser',
    'handler',
  ],
  ...['requestBodyValues', 'operation', 'result', 'rawRequest', 'cookies', '_request', 'clientStream', 'raw'],
  ...[
    'requestInit',
    'init',
    'context',
    'wretchOptions',
    'topologyDescription',
    'commandQueue',
    '_readableState',
    'links',
  ],
  ...[
    'rawHeaders',
    'rawTrailers',
    'trailers',
    'trailersDistinct',
    'headersDistinct',
    'timings',
    'redirectUrls',
    'nodes',
  ],
]);
const DROPPED_KEYS = new Set([
  'stack',
  'duration',
  'elapsed',
  'retryTime',
  'totalRetryDelay',
  'constructor',
  'domain',
  'domainEmitter',
  'domainThrown',
  'pid',
  '__proto__',
]);

/** What is read of an instance that is no error: a response, a body, a stream. */
const READ_OF_INSTANCES = new Set([
  ...[
    'status',
    'statusCode',
    'statusText',
    'statusMessage',
    'httpStatusCode',
    'headers',
    'body',
    '_body',
    'data',
    '_data',
  ],
  ...['text', 'error', 'errors', 'response', 'code', 'message', 'name', 'ok', 'type', 'details', 'metadata', 'reason'],
  ...['retryAfter', 'cause', 'detail', 'retryable', 'errorLabelSet', 'errorLabels', 'rawPacket', 'servers', 'setName'],
]);

/** Of a response's headers, those that mean something to whoever decides on a failure. */
const MEANT =
  /^(date|content-type|content-length|.*retry.*|.*ratelimit.*|.*rate-limit.*|x-request-id|x-amzn-errortype|grpc-.*|x-should-retry)$/i;

/** A server's own clock is that of one run. */
const isMeant = ([key, value]) => MEANT.test(key) && (!/^date$/i.test(key) || String(value).startsWith(HTTP_DAY));

export function shapeOf(value) {
  return record(value, 0, []);
}

function record(value, depth, path) {
  if (typeof value === 'string') return scrub(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value !== 'object') return undefined;
  if (value === null) return null;
  if (path.includes(value) || depth > MAX_DEPTH) return { $opaque: nameOf(value) };
  const inner = [...path, value];
  if (value instanceof Date) return { $date: value.getTime() };
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return bytes(value);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => record(item, depth + 1, inner) ?? null);
  const headers = headersOf(value);
  if (headers) return headers;
  if (value instanceof Map)
    return {
      $map: [...value].slice(0, MAX_KEYS).map((pair) => pair.map((one) => record(one, depth + 1, inner) ?? null)),
    };
  if (value instanceof Set)
    return { $set: [...value].slice(0, MAX_KEYS).map((one) => record(one, depth + 1, inner) ?? null) };
  const classes = classesOf(value);
  if (classes.length === 0) return own(value, depth, inner, () => true);
  const isError = value instanceof Error || classes.includes('Error') || depth === 0;
  const wanted = isError ? () => true : (key) => READ_OF_INSTANCES.has(key);
  return {
    $classes: classes,
    own: own(value, depth, inner, wanted),
    inherited: inherited(value, depth, inner, wanted),
  };
}

function own(value, depth, path, wanted) {
  return collect(value, Object.getOwnPropertyNames(value).filter(wanted), depth, path);
}

/** Getters and constants of the classes, as values. */
function inherited(value, depth, path, wanted) {
  const keys = new Set();
  for (let proto = Object.getPrototypeOf(value); proto && !isBase(proto); proto = Object.getPrototypeOf(proto))
    for (const key of Object.getOwnPropertyNames(proto)) if (wanted(key) && !Object.hasOwn(value, key)) keys.add(key);
  const name = safely(() => value.name);
  if (value instanceof Error && !Object.hasOwn(value, 'name') && name !== 'Error') keys.add('name');
  return collect(value, [...keys], depth, path);
}

const isBase = (proto) => proto === Object.prototype || proto === Error.prototype;

function collect(value, keys, depth, path) {
  const found = {};
  for (const key of keys) {
    if (Object.keys(found).length === MAX_KEYS) break;
    // A DOMException carries the codes of all others.
    if (DROPPED_KEYS.has(key) || key.endsWith('_ERR')) continue;
    const one = safely(() => value[key]);
    // The length of a stack of calls or a port is this machine's, and decides nothing.
    if (key === 'port' || key === 'localPort') continue;
    if (typeof one === 'object' && one !== null && isOpaque(key, one)) {
      found[key] = { $opaque: nameOf(one) };
      continue;
    }
    const shape = record(one, depth + 1, path);
    if (shape !== undefined) found[key] = shape;
  }
  return found;
}

const isOpaque = (key, value) => !(value instanceof Error) && isSubsystem(key, value);
const isSubsystem = (key, value) =>
  OPAQUE_KEYS.has(key) || /Socket|Agent|Server$|ClientRequest|Signal$/.test(nameOf(value));

/** Anything that holds headers: a `Headers`, the classes of axios, Azure and gRPC. Found by their methods. */
function headersOf(value) {
  if (typeof safely(() => value.get) !== 'function' || value instanceof Map) return undefined;
  const isIterable = typeof safely(() => value[Symbol.iterator]) === 'function';
  const map =
    typeof safely(() => value.getMap) === 'function' ? safely(() => Object.entries(value.getMap())) : undefined;
  const entries = map ?? (isIterable ? safely(() => [...value]) : undefined);
  if (!Array.isArray(entries) || !entries.every((entry) => Array.isArray(entry) && entry.length === 2))
    return undefined;
  const methods = ['get', 'has', 'forEach', 'entries', 'getMap', 'toJSON', 'getAll'].filter(
    (name) => typeof value[name] === 'function',
  );
  const ownKeys = Object.keys(value).some((key) => MEANT.test(key));
  const kept = entries.filter(isMeant).map(([key, one]) => [key, record(one, MAX_DEPTH, []) ?? null]);
  return { $headers: kept, class: nameOf(value), methods, iterable: isIterable, own: ownKeys };
}

function bytes(value) {
  const view = ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value);
  return { $bytes: view.subarray(0, MAX_TEXT * 2).toString('base64') };
}

/** The names of its classes, from its own to the last before `Object`. None for a plain object. */
function classesOf(value) {
  const names = [];
  for (
    let proto = Object.getPrototypeOf(value);
    proto && proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto)
  )
    names.push(safely(() => (Object.hasOwn(proto, 'constructor') ? proto.constructor.name : '')) ?? '');
  return names;
}

const nameOf = (value) => safely(() => value.constructor?.name) ?? '';

function safely(look) {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Neither ports nor paths of the machine that measures. */
function scrub(text) {
  return (
    text
      .replace(/(127\.0\.0\.1|localhost|\[?::1\]?):\d+/g, '$1:1')
      // Neither the time nor the addresses of one run.
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => (time.startsWith(DAY) ? time : '<time>'))
      .replace(/after \d+\.\d+s,LB pick: \d+\.\d+s/, 'after 0.250s,LB pick: 0.001s')
      .replace(/pg_temp_\d+/, 'pg_temp_1')
      .replace(/Process \d+ waits for [^]*/, 'Process 1 waits.')
      .replace(/\b[0-9A-F]{16}:error/, '0000000000000000:error')
      .replace(/(file:\/\/)?\/(tmp|work|home|root|usr|var)\/[^\s'")]*/g, '/path')
      .slice(0, MAX_TEXT)
  );
}

/** Header objects that are plain: everything that says nothing about failures is left out of the shape. */
export function withoutOtherHeaders(shape) {
  if (Array.isArray(shape)) return shape.map(withoutOtherHeaders);
  if (typeof shape !== 'object' || shape === null) return shape;
  const kept = {};
  for (const [key, value] of Object.entries(shape)) {
    const isPlainHeaders = /^(_?headers|responseHeaders)$/i.test(key) && isPlain(value);
    kept[key] = isPlainHeaders ? Object.fromEntries(Object.entries(value).filter(isMeant)) : withoutOtherHeaders(value);
  }
  return kept;
}

const isPlain = (value) =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !Object.keys(value).some((key) => key.startsWith('$'));

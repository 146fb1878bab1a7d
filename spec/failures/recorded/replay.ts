// Builds what a client threw from its recorded structure: classes by their names, getters of prototypes, headers with the
// methods that they had. Nothing of it is an instance of the client's own classes.

import { expect } from 'chai';

interface Recorded {
  readonly [key: string]: unknown;
}

export function replay(shape: unknown): unknown {
  if (typeof shape !== 'object' || shape === null) return shape;
  if (Array.isArray(shape)) return shape.map(replay);
  const recorded = shape as Recorded;
  if ('$classes' in recorded) return instance(recorded);
  if ('$headers' in recorded) return headers(recorded);
  if ('$opaque' in recorded) return opaque(String(recorded['$opaque']));
  if ('$map' in recorded)
    return new Map((recorded['$map'] as unknown[][]).map((pair) => [replay(pair[0]), replay(pair[1])]));
  if ('$set' in recorded) return new Set((recorded['$set'] as unknown[]).map(replay));
  if ('$bytes' in recorded) return Buffer.from(String(recorded['$bytes']), 'base64');
  if ('$date' in recorded) return new Date(recorded['$date'] as number);
  if ('$number' in recorded) return Number(recorded['$number']);
  if ('$bigint' in recorded) return BigInt(String(recorded['$bigint']));
  return Object.fromEntries(Object.entries(recorded).map(([key, value]) => [key, replay(value)]));
}

/** An object of classes with these names, the first its own. */
function instance(recorded: Recorded): object {
  const names = recorded['$classes'] as string[];
  const isError = names.at(-1) === 'Error';
  const value: object = isError ? new Error() : {};
  const base: object = isError ? Error.prototype : Object.prototype;
  // The last name of an error is Error itself; a DOMException's chain ends there too.
  const own = isError ? names.slice(0, -1) : names;
  Object.setPrototypeOf(value, own.reduceRight(classNamed, base));
  if (isError)
    for (const key of Object.getOwnPropertyNames(value)) if (key !== 'stack') Reflect.deleteProperty(value, key);
  for (const [key, one] of Object.entries(recorded['own'] as Recorded)) define(value, key, replay(one));
  const getters = Object.entries(recorded['inherited'] as Recorded);
  if (getters.length > 0) {
    const proto = own.length > 0 ? (Object.getPrototypeOf(value) as object) : between(value);
    for (const [key, one] of getters) {
      const made = replay(one);
      Object.defineProperty(proto, key, { get: () => made, configurable: true });
    }
  }
  return value;
}

/** `message` and `cause` of a real error are not enumerable. */
function define(target: object, key: string, value: unknown): void {
  const hidden = target instanceof Error && (key === 'message' || key === 'cause' || key === 'errors');
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable: !hidden });
}

/** The methods by which a stream is known. The structure of a recorded value has no methods. */
const METHODS: Readonly<Record<string, string>> = { Stream: 'pipe', ReadableStream: 'getReader' };

function classNamed(parent: object, name: string): object {
  const made = class {};
  Object.defineProperty(made, 'name', { value: name });
  const proto: object = made.prototype;
  const method = METHODS[name];
  if (method) Object.defineProperty(proto, method, { value: () => expect.fail('read') });
  Object.setPrototypeOf(proto, parent);
  return proto;
}

/** A prototype of its own for what `Error` or `Object` cannot be given. */
function between(value: object): object {
  const proto = Object.create(Object.getPrototypeOf(value) as object) as object;
  Object.setPrototypeOf(value, proto);
  return proto;
}

/** What was there and was not looked into. */
function opaque(name: string): object {
  if (name === '') return Object.create(null) as object;
  return name === 'Object' ? {} : (Object.create(classNamed(Object.prototype, name)) as object);
}

type Entry = [key: string, value: unknown];

/** Headers as the client holds them, with those methods alone that its class has. */
function headers(recorded: Recorded): object {
  const entries = (recorded['$headers'] as Entry[]).map(([key, value]): Entry => [key, replay(value)]);
  const methods = recorded['methods'] as string[];
  // Those of node-fetch have a method more.
  if (recorded['class'] === 'Headers' && !methods.includes('getAll')) return realHeaders(entries);
  const find = (key: unknown): unknown =>
    entries.find(([name]) => name.toLowerCase() === String(key).toLowerCase())?.[1];
  const known: Record<string, unknown> = {
    get: find,
    has: (key: unknown) => find(key) !== undefined,
    forEach: (callback: (value: unknown, key: string) => void) =>
      entries.forEach(([key, value]) => callback(value, key)),
    entries: () => entries.values(),
    getMap: () => Object.fromEntries(entries),
    toJSON: () => Object.fromEntries(entries),
    getAll: (key: unknown) => [find(key)].flat(),
  };
  const proto = classNamed(Object.prototype, String(recorded['class']));
  const hidden = { configurable: true, writable: true, enumerable: false };
  for (const name of methods) Object.defineProperty(proto, name, { ...hidden, value: known[name] });
  if (recorded['iterable'] === true)
    Object.defineProperty(proto, Symbol.iterator, { ...hidden, value: () => entries.values() });
  const value = Object.create(proto) as object;
  if (recorded['own'] === true) for (const [key, one] of entries) define(value, key, one);
  return value;
}

function realHeaders(entries: readonly Entry[]): Headers {
  const made = new Headers();
  for (const [key, value] of entries) made.append(key, String(value));
  return made;
}

import { shared } from '../../core/shared.js';
import { clientRetries } from '../../failures/others-retries.js';
import { classNameOf, read } from '../../failures/reading.js';
import type { Layer } from './spent.js';

/** Clients in `#private` fields of objects, which cannot be seen from outside, and what to write instead. */
const held = shared('retry.clients', () => new WeakMap<object, readonly Layer[]>());

/** Says that an object calls a client that cannot be seen from outside. */
export function holdsClient(holder: object, client: object, instead?: string): void {
  const layer = layerOf(client, instead);
  if (layer) held.set(holder, [...(held.get(holder) ?? []), layer]);
}

/**
 * The clients with retries of their own that an object holds: values of its own properties whose class is not `Object`
 * and that have a `maxRetries` above 0, as `openai`'s and `@anthropic-ai/sdk`'s. Runs no getter of the object.
 */
export function clientsOf(self: unknown): readonly Layer[] {
  // A primitive value holds no client, and neither does the object that is made of it here.
  const holder = Object(self) as object;
  return [...(held.get(holder) ?? []), ...seenIn(holder)];
}

function seenIn(holder: object): Layer[] {
  try {
    const values = Reflect.ownKeys(holder).map((key) => Object.getOwnPropertyDescriptor(holder, key)?.value as unknown);
    return values.flatMap((value) => layerOf(value) ?? clientRetries(value) ?? []);
  } catch {
    // A proxy may refuse to be looked at: no reason to fail the call.
    return [];
  }
}

/** No name of a class of a library is longer or made of anything else. */
const CLASS_NAME = /^[A-Za-z_$][\w$]{0,39}$/;

function layerOf(client: unknown, instead?: string): Layer | undefined {
  if (typeof client !== 'object' || client === null) return undefined;
  const retries = read(client, 'maxRetries') as number;
  if (!Number.isSafeInteger(retries) || retries <= 0 || isPlain(client)) return undefined;
  const [name] = CLASS_NAME.exec(classNameOf(client) ?? '') ?? [];
  return {
    identity: client,
    name: `the ${name ? `${name} ` : ''}client with maxRetries ${retries}`,
    attempts: retries + 1,
    instead: instead ?? (name ? `new ${name}({ maxRetries: 0 })` : 'maxRetries: 0 for it'),
  };
}

/** Options may have a `maxRetries` too. */
function isPlain(object: object): boolean {
  try {
    const prototype: unknown = Object.getPrototypeOf(object);
    return prototype === null || prototype === Object.prototype;
  } catch {
    return true;
  }
}

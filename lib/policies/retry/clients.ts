import { shared } from '../../core/shared.js';
import { clientRetries } from '../../failures/others-retries.js';
import { classNameOf, read } from '../../failures/reading.js';
import type { Layer } from './spent.js';

/** The clients in `#private` fields of objects, which cannot be found by inspection. */
const registeredClients = shared('retry.clients', () => new WeakMap<object, readonly Layer[]>());

/** Registers a client that an object calls and that cannot be found by inspection. */
export function holdsClient(holder: object, client: object, instead?: string): void {
  const layer = layerOf(client, instead);
  if (layer) registeredClients.set(holder, [...(registeredClients.get(holder) ?? []), layer]);
}

/**
 * The clients with retries that an object holds: values of its own properties whose class is not `Object` and that have
 * a `maxRetries` above 0, such as those of `openai` and `@anthropic-ai/sdk`. Runs no getter of the object.
 */
export function clientsOf(self: unknown): readonly Layer[] {
  // `Object()` turns a primitive `self` into an object, which holds no client.
  const holder = Object(self) as object;
  return [...(registeredClients.get(holder) ?? []), ...clientsInProperties(holder)];
}

function clientsInProperties(holder: object): Layer[] {
  try {
    const values = Reflect.ownKeys(holder).map((key) => Object.getOwnPropertyDescriptor(holder, key)?.value as unknown);
    return values.flatMap((value) => layerOf(value) ?? clientRetries(value) ?? []);
  } catch {
    // A proxy may throw; the call must not fail for that.
    return [];
  }
}

/** A plausible class name. */
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

/** Plain objects are excluded, because options may have a `maxRetries` too. */
function isPlain(object: object): boolean {
  try {
    const prototype: unknown = Object.getPrototypeOf(object);
    return prototype === null || prototype === Object.prototype;
  } catch {
    return true;
  }
}

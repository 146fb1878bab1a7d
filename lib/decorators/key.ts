import { isStrayPromise } from '../core/stray-promise.js';
import { ConfigurationError } from '../core/errors.js';

type KeyOption = (...args: unknown[]) => unknown;
type KeyOf = (self: unknown, args: readonly unknown[]) => string;

/**
 * The option `key` of a decorator, as a function of a call.
 * @throws {ConfigurationError} when it is called, if the option throws or returns anything but a string
 */
export function keyFinder(decorator: string, method: string, key: KeyOption): KeyOf {
  const wrong = (got: string, about?: ErrorOptions): ConfigurationError => {
    return new ConfigurationError([`${method}: @${decorator}() key: expected a string, ${got}`], about);
  };
  return (self, args) => {
    let found: unknown;
    try {
      found = key.apply(self, args as unknown[]);
    } catch (cause) {
      throw wrong('but the function threw', { cause });
    }
    if (typeof found === 'string') return found;
    throw wrong(`got ${isStrayPromise(found) ? 'a promise' : typeof found}`);
  };
}

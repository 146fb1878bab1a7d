import { callFor } from '../../call/call.js';
import { Answer, type Policy } from '../../call/policy.js';
import type { Site } from '../../call/site.js';
import { canBeSentOnce } from '../../failures/once.js';
import { isObject, read } from '../../failures/reading.js';
import { Flight } from './flight.js';

type Flights = Map<string, Flight>;

/** Calls on no object, such as those of a plain function. */
const NOBODY = {};

/** The calls of one method that are in flight, by the object that they are made on: results of two objects may differ. */
export class InFlight {
  readonly #byObject = new WeakMap<object, Flights>();

  of(self: unknown): Flights {
    const object = isObject(self) ? self : NOBODY;
    let flights = this.#byObject.get(object);
    if (!flights) this.#byObject.set(object, (flights = new Map()));
    return flights;
  }
}

/** Lets calls with the same key that are in flight share one. */
export function coalesce(
  site: Site,
  keyOf: (self: unknown, args: readonly unknown[]) => string,
  inFlight: InFlight,
): Policy {
  return {
    enter: (self, args, admission, next, call) => {
      let key: string;
      try {
        key = keyOf(self, args);
      } catch (keyError) {
        return Promise.reject(keyError);
      }
      const flights = inFlight.of(self);
      const found = flights.get(key);
      const caller = callFor(site, self, args, admission, call);
      if (found) return new Answer(found.join(caller, next, isShared), caller);
      const flight = new Flight(
        caller,
        (own) => next(self, args, own),
        (over) => {
          if (flights.get(key) === over) flights.delete(key);
        },
      );
      // Later than its start: a method that calls itself at once would wait for itself.
      flights.set(key, flight);
      return new Answer(flight.begun(caller), caller);
    },
  };
}

/** False for a result that can be read once: a stream, a `Response`, an iterator. */
function isShared(value: unknown): boolean {
  return !isObject(value) || (typeof read(value, Symbol.asyncIterator) !== 'function' && !canBeSentOnce([value]));
}

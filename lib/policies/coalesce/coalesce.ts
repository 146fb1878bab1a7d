import { callFor } from '../../call/call.js';
import { Answer, type Policy } from '../../call/policy.js';
import type { Site } from '../../call/site.js';
import { canBeSentOnce } from '../../failures/once.js';
import { isObject, read } from '../../failures/reading.js';
import { Flight } from './flight.js';

type Flights = Map<string, Flight>;

/** Replaces the missing `this` of a plain function. */
const NO_OBJECT = {};

/** The calls of one method that are in flight, by their `this` object: two objects may give different results. */
export class InFlight {
  readonly #byObject = new WeakMap<object, Flights>();

  of(self: unknown): Flights {
    const object = isObject(self) ? self : NO_OBJECT;
    let flights = this.#byObject.get(object);
    if (!flights) this.#byObject.set(object, (flights = new Map()));
    return flights;
  }
}

/** Lets concurrent calls with the same key share one call. */
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
      const running = flights.get(key);
      const caller = callFor(site, self, args, admission, call);
      if (running) return new Answer(running.join(caller, next, isShared), caller);
      const flight = new Flight(
        caller,
        (flightCall) => next(self, args, flightCall),
        (finished) => {
          if (flights.get(key) === finished) flights.delete(key);
        },
      );
      // Set after the start: otherwise a method that calls itself synchronously would wait for itself.
      flights.set(key, flight);
      return new Answer(flight.outcomeForFirst(caller), caller);
    },
  };
}

/** False for a result that can be read only once: a stream, a `Response`, an iterator. */
function isShared(value: unknown): boolean {
  return !isObject(value) || (typeof read(value, Symbol.asyncIterator) !== 'function' && !canBeSentOnce([value]));
}

import { callFor } from '../../call/call.js';
import { Answer, type Policy } from '../../call/policy.js';
import type { MethodContext } from '../../call/method-context.js';
import { canBeSentOnce } from '../../failures/once.js';
import { isObject, read } from '../../failures/reading.js';
import { Flight, hasLeft } from './flight.js';
import type { InFlight } from './in-flight.js';

/** Lets concurrent calls with the same key share one call. */
export function coalesce(
  context: MethodContext,
  keyOf: (self: unknown, args: readonly unknown[]) => string,
  inFlight: InFlight<Flight>,
): Policy {
  return {
    enter: (self, args, admission, next, call) => {
      let key: string;
      try {
        key = keyOf(self, args);
      } catch (keyError) {
        return Promise.reject(keyError);
      }
      const running = inFlight.find(self, key);
      const caller = callFor(context, self, args, admission, call);
      if (hasLeft(caller)) return new Answer(Promise.reject(caller.stop.error), caller);
      if (running) return new Answer(running.join(caller, next, isShared), caller);
      return new Answer(new Flight(key, inFlight, caller, next).outcomeForFirst(caller), caller);
    },
  };
}

/** False for a result that can be read only once: a stream, a `Response`, an iterator. */
function isShared(value: unknown): boolean {
  return !isObject(value) || (typeof read(value, Symbol.asyncIterator) !== 'function' && !canBeSentOnce([value]));
}

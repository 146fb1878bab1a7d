import { coalesce } from '../policies/coalesce/coalesce.js';
import type { Flight } from '../policies/coalesce/flight.js';
import { InFlight } from '../policies/coalesce/in-flight.js';
import { coalesceFields, type CoalesceOptions } from '../policies/coalesce/options.js';
import { definePolicy } from './define-policy.js';
import { keyFinder } from './key.js';
import type { PolicyDecorator } from './types.js';

/**
 * Concurrent calls on one object with the same key share one call. All callers get the same result object, so none of
 * them may change it. A caller's abort ends only its own wait; when the last caller has aborted, the shared call ends.
 * The method must pass {@link currentSignal} to its client, not the signal of its first caller. Results are not cached.
 *
 * Write it below `@CircuitProtected()` and above `@RetryOnTransient()`. Not for `async *` methods.
 * @throws {DecorationError} when the class is defined, for wrong options or a wrong position
 */
export const Coalesced: (options: CoalesceOptions) => PolicyDecorator = definePolicy({
  name: 'Coalesced',
  group: 'coalesce',
  fields: coalesceFields,
  noStreams: 'a stream has one reader; share the result of a method that reads it to its end',
  contradictions: ({ key }) => (key ? [] : ['key: expected a function, got nothing; write key: (id) => id']),
  bind: ({ key = String }, context, own) =>
    coalesce(
      context,
      keyFinder('Coalesced', context.method, key),
      own.once('Coalesced', () => new InFlight<Flight>()),
    ),
});

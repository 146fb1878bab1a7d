import { coalesce, InFlight } from '../policies/coalesce/coalesce.js';
import { coalesceFields, type CoalesceOptions } from '../policies/coalesce/options.js';
import { definePolicy } from './define-policy.js';
import { keyFinder } from './key.js';
import type { PolicyDecorator } from './types.js';

/**
 * Calls on one object with the same key that are in flight share one, and get the same result: the same object, so that
 * nobody may change it. Each caller's abort ends its own wait; when the last caller has left, the shared call ends. The
 * method hands {@link currentSignal} to its client, not the signal of its first caller. Nothing is kept when it is over.
 *
 * Stands below `@CircuitProtected()` and above `@RetryOnTransient()`. Not for `async *` methods.
 * @throws {DecorationError} when the class is defined, for wrong options or a place where it cannot stand
 */
export const Coalesced: (options: CoalesceOptions) => PolicyDecorator = definePolicy({
  name: 'Coalesced',
  group: 'coalesce',
  fields: coalesceFields,
  noStreams: 'a stream has one reader; share the result of a method that reads it to its end',
  contradictions: ({ key }) => (key ? [] : ['key: expected a function, got nothing; write key: (id) => id']),
  bind: ({ key = String }, site, own) =>
    coalesce(
      site,
      keyFinder('Coalesced', site.method, key),
      own.once('Coalesced', () => new InFlight()),
    ),
});

import type { Site } from '../call/site.js';
import { defineEvent as define, type EventKind } from '../core/event-kinds.js';
import { ConfigurationError } from '../core/errors.js';
import type { EventType, ResilienceEvent } from '../core/events.js';

/** An event of a policy from outside. Its other fields are those that {@link defineEvent} was given. */
export interface PolicyEvent {
  readonly type: string;
  /** The circuit that it is about, if there is one. */
  readonly circuit?: string;
  readonly [field: string]: unknown;
}

const TYPE = /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/;

/**
 * Registers a type of event: its level, and the fields that the log may write. A field is a number, a boolean, or one of a
 * list of words, so that no content reaches the log.
 * @throws {ConfigurationError} for a type that is not written as `words_with_underscores`
 */
export function defineEvent(type: string, kind: EventKind): void {
  if (!TYPE.test(type))
    throw new ConfigurationError([`defineEvent: expected a type such as "trace_started", got ${JSON.stringify(type)}`]);
  define(type, kind);
}

/** Emits an event of the method to the log and all listeners. Nothing is built if nobody listens. Never throws. */
export function emit(site: Site, type: string, fields: () => Omit<PolicyEvent, 'type' | 'method'>): void {
  // Listeners see types that the library does not know: the union is of those that it emits itself.
  const audience = site.channel(type as EventType).audience(site.clock.now());
  audience?.({ ...fields(), type, method: site.method } as PolicyEvent as ResilienceEvent);
}

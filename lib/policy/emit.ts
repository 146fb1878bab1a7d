import type { MethodContext } from '../call/method-context.js';
import { defineEvent as define, type EventKind } from '../core/event-kinds.js';
import { ConfigurationError } from '../core/errors.js';
import type { EventType, ResilienceEvent } from '../core/events.js';

/** An event of a policy that is not holdfast's own. Its other fields are those that {@link defineEvent} registered. */
export interface PolicyEvent {
  readonly type: string;
  /** The circuit that it is about, if there is one. */
  readonly circuit?: string;
  readonly [field: string]: unknown;
}

const TYPE = /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/;

/**
 * Registers a type of event: its level, and the fields that the log may write. A field is a number, a boolean, or a
 * word from a fixed list, so that no content of calls reaches the log.
 * @throws {ConfigurationError} if the type is not of the form `words_with_underscores`
 */
export function defineEvent(type: string, kind: EventKind): void {
  if (!TYPE.test(type))
    throw new ConfigurationError([`defineEvent: expected a type such as "trace_started", got ${JSON.stringify(type)}`]);
  define(type, kind);
}

/** Emits an event of the method to the log and all listeners. If there are none, `fields` is not called. */
export function emit(context: MethodContext, type: string, fields: () => Omit<PolicyEvent, 'type' | 'method'>): void {
  // The casts are needed because the union `ResilienceEvent` holds only the library's own events.
  const audience = context.channel(type as EventType).audience(context.clock.now());
  audience?.({ ...fields(), type, method: context.method } as PolicyEvent as ResilienceEvent);
}

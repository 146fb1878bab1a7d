import type { Emit, EventSink, ResilienceEvent } from '../core/events.js';

/** Tells events to sinks. Whatever a sink throws or rejects with changes no outcome. */
export function emitTo(sinks: Iterable<EventSink>): Emit {
  return (type, method, now, build) => {
    let event: ResilienceEvent | undefined;
    for (const sink of sinks) {
      try {
        if (sink.wants && !sink.wants(type, method, now)) continue;
        event ??= Object.freeze(build());
        const later = sink.receive(event);
        if (later instanceof Promise) later.catch(() => undefined);
      } catch {
        // A listener's trouble is its own.
      }
    }
  };
}

import type { ResilienceEvent } from './events.js';
import type { Level } from './levels.js';

/** Called with every event. */
export type Listener = (event: ResilienceEvent) => unknown;

/** Delivers an event to the log and to all listeners. Never throws. */
export type Audience = (event: ResilienceEvent) => void;

/** One kind of event of one method. */
export interface Channel {
  /**
   * Undefined if there is no listener and the log would not write the event, so that no event is built:
   * `channel.audience(now)?.({ … })`. If the level depends on the event, pass its `level`; without it, the event is
   * always built. See `levelOf`.
   */
  audience(now: number, level?: Level): Audience | undefined;
}

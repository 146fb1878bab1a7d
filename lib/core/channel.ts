import type { ResilienceEvent } from './events.js';
import type { Level } from './levels.js';

/** Called with every event. */
export type Listener = (event: ResilienceEvent) => unknown;

/** Delivers an event to the log and to all who listen. Never throws. */
export type Audience = (event: ResilienceEvent) => void;

/** One kind of event of one method. */
export interface Channel {
  /**
   * Undefined if nobody listens and nothing would be logged, so that no event is built: `channel.audience(now)?.({ … })`.
   * If the level depends on the event, it is built in any case, unless its level is given: see `levelOf`.
   */
  audience(now: number, level?: Level): Audience | undefined;
}

import { levelOf } from '../core/event-kinds.js';
import type { ResilienceEvent } from '../core/events.js';
import { entryOf } from '../telemetry/entry.js';
import { SOURCE } from './state.js';

/** The most different events in one batch. Further kinds are dropped; repetitions are counted. */
const MOST = 50;
/** Events with the same values in these fields are counted as one. */
interface Identity {
  readonly type: string;
  readonly method?: string;
  readonly circuit?: string;
  readonly kind?: string;
  readonly state?: string;
  readonly reason?: string;
  readonly by?: string;
}

interface Alike {
  readonly at: number;
  /** The first one of these events. */
  readonly event: ResilienceEvent;
  times: number;
}

/** Collects the events of a short time. In an outage there may be thousands, most of them with equal fields. */
export class EventBatch {
  #found = new Map<string, Alike>();

  add(event: ResilienceEvent, at: number): void {
    const { type, method, circuit, kind, state, reason, by }: Identity = event;
    // One text, and no list: this runs in the call that emits the event.
    const key = `${type}\n${method}\n${circuit}\n${kind}\n${state}\n${reason}\n${by}`;
    const alike = this.#found.get(key);
    if (alike) alike.times += 1;
    else if (this.#found.size < MOST) this.#found.set(key, { at, event, times: 1 });
  }

  /** Returns the events since the last call, with the same fields as in the log. */
  take(): object[] {
    const found = this.#found;
    if (found.size === 0) return [];
    this.#found = new Map();
    return [...found.values()].map(({ at, event, times }) => {
      return { at, source: SOURCE, times, ...entryOf(event, levelOf(event), 0) };
    });
  }
}

import { levelOf } from '../core/event-kinds.js';
import type { ResilienceEvent } from '../core/events.js';
import { entryOf } from '../telemetry/entry.js';
import { SOURCE } from './state.js';

/** Different events that are told of one moment; of the others, only those that are alike are counted. */
const MOST = 50;
/** What events are told apart by. */
const IDENTITY = ['type', 'method', 'circuit', 'kind', 'state', 'reason', 'by'];

interface Alike {
  readonly at: number;
  /** The first of them. */
  readonly event: ResilienceEvent;
  times: number;
}

/** Events of a moment: in an outage there may be thousands, most of them alike. */
export class EventBatch {
  #found = new Map<string, Alike>();

  add(event: ResilienceEvent, at: number): void {
    const key = IDENTITY.map((field): unknown => Reflect.get(event, field)).join('\n');
    const alike = this.#found.get(key);
    if (alike) alike.times += 1;
    else if (this.#found.size < MOST) this.#found.set(key, { at, event, times: 1 });
  }

  /** What has come since the last time, with the fields of the log alone. */
  take(): object[] {
    const found = this.#found;
    if (found.size === 0) return [];
    this.#found = new Map();
    return [...found.values()].map(({ at, event, times }) => {
      return { at, source: SOURCE, times, ...entryOf(event, levelOf(event), 0) };
    });
  }
}

import type { EventSink, EventType, ResilienceEvent } from '../core/events.js';
import { LogBucket } from './bucket.js';
import { entryOf, LEVELS } from './entry.js';
import type { Logger } from './logger.js';

/** Writes events to a logger, a bucket for each event of each method. */
export class LogSink implements EventSink {
  readonly #buckets = new Map<string, Map<EventType, LogBucket>>();
  readonly #logger: () => Logger;

  /** `logger` is asked when there is something to write, so that none is made before. */
  constructor(logger: () => Logger) {
    this.#logger = logger;
  }

  wants(type: EventType, method: string, now: number): boolean {
    return this.#bucket(type, method).take(now) && isEnabled(this.#logger(), type);
  }

  receive(event: ResilienceEvent): unknown {
    const logger = this.#logger();
    const leftOut = this.#bucket(event.type, event.method ?? '').takeLeftOut();
    return logger.log(entryOf(event, levelFor(logger, event.type), leftOut));
  }

  #bucket(type: EventType, method: string): LogBucket {
    let ofMethod = this.#buckets.get(method);
    if (!ofMethod) this.#buckets.set(method, (ofMethod = new Map()));
    let bucket = ofMethod.get(type);
    if (!bucket) ofMethod.set(type, (bucket = new LogBucket()));
    return bucket;
  }
}

function isEnabled(logger: Logger, type: EventType): boolean {
  return logger.isLevelEnabled?.(levelFor(logger, type)) ?? true;
}

/** Syslog says "warning" where npm says "warn". */
function levelFor({ levels }: Logger, type: EventType): string {
  const level = LEVELS[type];
  return levels && !(level in levels) && level === 'warn' ? 'warning' : level;
}

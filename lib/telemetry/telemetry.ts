import type { Audience, Channel, EventType, Listener, ResilienceEvent } from '../core/events.js';
import { LogBucket } from './bucket.js';
import { entryOf, LEVELS } from './entry.js';
import type { Logger } from './logger.js';

/** Tells events to the log and to listeners. Nothing that either of them throws changes an outcome. */
export class Telemetry {
  readonly #channels = new Map<string, Channel>();
  #listeners: readonly Listener[] = [];
  readonly #logger: () => Logger;

  /** `logger` is asked when there is something to write, so that none is made before. */
  constructor(logger: () => Logger) {
    this.#logger = logger;
  }

  /** @returns a function that ends it */
  listen(listener: Listener): () => void {
    // A function of its own, so that one listener may listen twice.
    const added: Listener = (event) => listener(event);
    this.#listeners = [...this.#listeners, added];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== added);
    };
  }

  /** The channel of one kind of event of one method. It is one and the same each time, and so is its log's bucket. */
  channel(type: EventType, method: string): Channel {
    const key = `${type} ${method}`;
    let channel = this.#channels.get(key);
    if (!channel) this.#channels.set(key, (channel = this.#open(type)));
    return channel;
  }

  #open(type: EventType): Channel {
    const bucket = new LogBucket();
    const toLog: Audience = (event) => this.#write(event, bucket.takeLeftOut());
    const toListeners: Audience = (event) => this.#announce(event);
    const toBoth: Audience = (event) => {
      toLog(event);
      toListeners(event);
    };
    const audienceOf = (isLogged: boolean): Audience | undefined => {
      if (this.#listeners.length === 0) return isLogged ? toLog : undefined;
      return isLogged ? toBoth : toListeners;
    };
    return {
      // In two steps, so that the engine can inline the one that runs when nobody wants to hear.
      audience: (now) => {
        const hasToken = bucket.take(now);
        return hasToken || this.#listeners.length > 0 ? audienceOf(hasToken && this.#isEnabled(type)) : undefined;
      },
    };
  }

  #isEnabled(type: EventType): boolean {
    try {
      const logger = this.#logger();
      return logger.isLevelEnabled?.(levelFor(logger, type)) ?? true;
    } catch {
      return false;
    }
  }

  #write(event: ResilienceEvent, leftOut: number): void {
    shielded(() => {
      const logger = this.#logger();
      // One line of a fleet at the usual level: that of the member that made the transition.
      const level = 'adopted' in event ? 'info' : levelFor(logger, event.type);
      return logger.log(entryOf(event, level, leftOut));
    });
  }

  #announce(event: ResilienceEvent): void {
    Object.freeze(event);
    for (const listener of this.#listeners) shielded(() => listener(event));
  }
}

/** Whatever goes wrong in there is the listener's own trouble. */
function shielded(tell: () => unknown): void {
  try {
    const later = tell();
    if (later instanceof Promise) later.catch(() => undefined);
  } catch {
    // As above.
  }
}

/** Syslog says "warning" where npm says "warn". */
function levelFor({ levels }: Logger, type: EventType): string {
  const level = LEVELS[type];
  return levels && !(level in levels) && level === 'warn' ? 'warning' : level;
}

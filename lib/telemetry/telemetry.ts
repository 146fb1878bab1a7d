import type { Audience, Channel, Listener } from '../core/channel.js';
import { kindOf, levelOf } from '../core/event-kinds.js';
import type { EventType, ResilienceEvent } from '../core/events.js';
import type { Level } from '../core/levels.js';
import { hasSubscribers, publish } from './broadcast.js';
import type { LogBucket } from './bucket.js';
import { LogBuckets } from './buckets.js';
import { entryOf } from './entry.js';
import type { Writer } from './loggers/writer.js';
import { shielded } from './shield.js';

/** Events that are emitted while one is delivered wait for it, at most so many: a listener could emit for ever. */
const MAX_NESTED = 100;

/** Channels are kept, because making one takes longer than finding it. */
const MAX_CHANNELS = 1000;

/** Delivers events to the log, to listeners and to the diagnostics channel. Nothing that these do changes an outcome. */
export class Telemetry {
  readonly #buckets = new LogBuckets();
  readonly #channels = new Map<string, Channel>();
  readonly #writer: () => Writer;
  #listeners: readonly Listener[] = [];
  #nested: (() => void)[] | undefined;
  #isAsking = false;

  /** `writer` is asked when there is something to write, so that none is made before. */
  constructor(writer: () => Writer) {
    this.#writer = writer;
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

  /** Emits one type of event of one method, and of one circuit if there is one. Its log lines share a bucket. */
  channel(type: EventType, method: string, circuit = ''): Channel {
    const key = `${type}\n${method}\n${circuit}`;
    let channel = this.#channels.get(key);
    if (!channel) {
      // They hold nothing that could be lost.
      if (this.#channels.size === MAX_CHANNELS) this.#channels.clear();
      this.#channels.set(key, (channel = this.#open(type, key)));
    }
    return channel;
  }

  #open(type: EventType, key: string): Channel {
    const { level, levelOf: varies } = kindOf(type);
    // A level that is not the usual one has a bucket of its own: many lines of debug must not displace a warning.
    const bucketOf = (one: Level, now: number): LogBucket => {
      return this.#buckets.of(type, one === level ? key : `${key}\n${one}`, now);
    };
    let at = 0;
    const tell: Audience = (event) => this.#tell(event, (one) => bucketOf(one, at), at);
    return {
      // In two steps, so that the engine can inline the one that runs when nobody listens.
      audience: (now, known = varies ? undefined : level) => {
        at = now;
        if (this.#isHeard()) return tell;
        if (!this.#isEnabled(known ?? level)) return undefined;
        // Only the event says then whether it needs a token.
        if (known === undefined) return tell;
        const bucket = bucketOf(known, now);
        if (bucket.hasToken(now)) return tell;
        bucket.leaveOut();
        return undefined;
      },
    };
  }

  /** Emits an event that is always logged: what a person did by hand is never left out. */
  tell(event: ResilienceEvent): void {
    this.#tell(event, undefined, 0);
  }

  #tell(event: ResilienceEvent, bucketOf: ((level: Level) => LogBucket) | undefined, now: number): void {
    const level = levelOf(event);
    const isEnabled = this.#isEnabled(level);
    const bucket = isEnabled ? bucketOf?.(level) : undefined;
    const isLogged = isEnabled && (bucket?.take(now) ?? true);
    const leftOut = isLogged ? (bucket?.takeLeftOut() ?? 0) : 0;
    if (!isLogged && !this.#isHeard()) return;
    this.#inTurn(() => {
      if (isLogged) shielded(() => this.#writer().write(level, entryOf(event, level, leftOut)));
      if (this.#isHeard()) this.#announce(event);
    });
  }

  /** One event after the other, so that all who listen hear them in one order, and none is called within itself. */
  #inTurn(deliver: () => void): void {
    if (this.#nested) {
      if (this.#nested.length < MAX_NESTED) this.#nested.push(deliver);
      return;
    }
    const nested: (() => void)[] = (this.#nested = []);
    try {
      deliver();
      // The list grows while it is worked off.
      for (const next of nested) next();
    } finally {
      this.#nested = undefined;
    }
  }

  #isHeard(): boolean {
    return this.#listeners.length > 0 || hasSubscribers();
  }

  #announce(event: ResilienceEvent): void {
    Object.freeze(event);
    for (const listener of this.#listeners) shielded(() => listener(event));
    if (hasSubscribers()) publish(event);
  }

  #isEnabled(level: Level): boolean {
    // A logger that emits an event when it is asked would be asked again, for ever.
    if (this.#isAsking) return false;
    this.#isAsking = true;
    try {
      return this.#writer().isEnabled(level);
    } catch {
      // It may write all the same.
      return true;
    } finally {
      this.#isAsking = false;
    }
  }
}

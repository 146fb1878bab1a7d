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

/**
 * The most events that may be emitted while one is delivered; further ones are dropped. Otherwise a listener could emit
 * endlessly.
 */
const MAX_NESTED = 100;

/** The most channels that are cached. Creating a channel is slower than finding it. */
const MAX_CHANNELS = 1000;

/**
 * Delivers events to the log, to listeners and to the diagnostics channel. Their errors never change the outcome of a
 * call.
 */
export class Telemetry {
  readonly #buckets = new LogBuckets();
  readonly #channels = new Map<string, Channel>();
  readonly #chooseWriter: () => Writer;
  #writer: Writer | undefined;
  /** Grows when another writer may be chosen, and when a listener is added. */
  #version = 1;
  #listeners: readonly Listener[] = [];
  #nested: (() => void)[] | undefined;
  #isAsking = false;

  /** `chooseWriter` is called only when there is something to write, so that no logger is created before. */
  constructor(chooseWriter: () => Writer) {
    this.#chooseWriter = chooseWriter;
  }

  /** The configuration has changed: the next event goes to another writer. */
  chooseWriterAgain(): void {
    this.#writer = undefined;
    this.#version += 1;
  }

  /** @returns a function that stops listening */
  listen(listener: Listener): () => void {
    // A new function, so that one listener can be added twice.
    const added: Listener = (event) => listener(event);
    this.#listeners = [...this.#listeners, added];
    this.#version += 1;
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== added);
    };
  }

  /** The channel for one event type of one method, and of one circuit if there is one. Its log lines share a bucket. */
  channel(type: EventType, method: string, circuit = ''): Channel {
    const key = `${type}\n${method}\n${circuit}`;
    let channel = this.#channels.get(key);
    if (!channel) {
      // Channels hold no state that could be lost.
      if (this.#channels.size === MAX_CHANNELS) this.#channels.clear();
      this.#channels.set(key, (channel = this.#open(type, key)));
    }
    return channel;
  }

  #open(type: EventType, key: string): Channel {
    const { level, levelOf: levelOfEvent } = kindOf(type);
    // Each unusual level has a separate bucket: many debug lines must not displace a warning.
    const bucketOf = (eventLevel: Level, now: number): LogBucket => {
      return this.#buckets.of(type, eventLevel === level ? key : `${key}\n${eventLevel}`, now);
    };
    let at = 0;
    /** The version in which the log writes no event of this type. */
    let silentIn = 0;
    const tell: Audience = (event) => this.#tell(event, (eventLevel) => bucketOf(eventLevel, at), at);
    return {
      // A separate step, so that the engine can inline the code that runs without an audience.
      audience: (now, known = levelOfEvent ? undefined : level) => {
        if (silentIn === this.#version && !hasSubscribers()) return undefined;
        const least = known ?? level;
        if (!this.#hasListeners() && !this.#isEnabled(least)) {
          if (this.#writer?.isFixed && least === level) silentIn = this.#version;
          return undefined;
        }
        at = now;
        if (this.#hasListeners()) return tell;
        // The level depends on the event, so the token is taken later.
        if (known === undefined) return tell;
        const bucket = bucketOf(known, now);
        if (bucket.hasToken(now)) return tell;
        bucket.leaveOut();
        return undefined;
      },
    };
  }

  /** Emits an event that the rate limit of the log never drops, because a person caused it. */
  tell(event: ResilienceEvent): void {
    this.#tell(event, undefined, 0);
  }

  #tell(event: ResilienceEvent, bucketOf: ((level: Level) => LogBucket) | undefined, now: number): void {
    const level = levelOf(event);
    const isEnabled = this.#isEnabled(level);
    const bucket = isEnabled ? bucketOf?.(level) : undefined;
    const isLogged = isEnabled && (bucket?.take(now) ?? true);
    const leftOut = isLogged ? (bucket?.takeLeftOut() ?? 0) : 0;
    if (!isLogged && !this.#hasListeners()) return;
    this.#deliverInOrder(() => {
      if (isLogged)
        shielded(() => (this.#writer ??= this.#chooseWriter()).write(level, entryOf(event, level, leftOut)));
      if (this.#hasListeners()) this.#notifyListeners(event);
    });
  }

  /**
   * Delivers events one after the other, so that all listeners get them in the same order, and no listener is called
   * inside itself.
   */
  #deliverInOrder(deliver: () => void): void {
    if (this.#nested) {
      if (this.#nested.length < MAX_NESTED) this.#nested.push(deliver);
      return;
    }
    const nested: (() => void)[] = (this.#nested = []);
    try {
      deliver();
      // The list may grow during the loop.
      for (const next of nested) next();
    } finally {
      this.#nested = undefined;
    }
  }

  #hasListeners(): boolean {
    return this.#listeners.length > 0 || hasSubscribers();
  }

  #notifyListeners(event: ResilienceEvent): void {
    Object.freeze(event);
    for (const listener of this.#listeners) shielded(() => listener(event));
    if (hasSubscribers()) publish(event);
  }

  #isEnabled(level: Level): boolean {
    // Otherwise a logger that emits an event inside `isEnabled` would recurse endlessly.
    if (this.#isAsking) return false;
    this.#isAsking = true;
    try {
      return (this.#writer ??= this.#chooseWriter()).isEnabled(level);
    } catch {
      // The logger may still be able to write.
      return true;
    } finally {
      this.#isAsking = false;
    }
  }
}

import type { Droppable } from './open-stream.js';
import type { Stream } from './policy.js';
import type { Site } from './site.js';

type Result = IteratorResult<unknown, unknown>;

interface Dropped {
  readonly stream: Droppable;
  readonly site: Site;
  readonly isUnread: () => boolean;
}

const collected = new FinalizationRegistry<Dropped>(({ stream, site, isUnread }) => {
  if (!isUnread() || !stream.drop()) return;
  site.channel('stream_dropped').audience(site.clock.now())?.({ type: 'stream_dropped', method: site.method });
});

/** Gives a stream up when `object`, by which alone it can be read, is collected: permits and leases come back then. */
export function onCollected(object: object, stream: Droppable, site: Site, isUnread = (): boolean => true): void {
  collected.register(object, { stream, site, isUnread });
}

/**
 * The stream that a caller is given: an object of its own, so that a stream that nobody can read any more is found. The
 * stream behind it does not refer to it, except while a request is pending.
 */
class Reader implements Stream {
  readonly #stream: Droppable;

  constructor(stream: Droppable) {
    this.#stream = stream;
  }

  next(sent?: unknown): Promise<Result> {
    this.#stream.holder = this;
    return this.#stream.next(sent);
  }

  return(value?: unknown): Promise<Result> {
    this.#stream.holder = this;
    return this.#stream.return(value);
  }

  throw(error: unknown): Promise<Result> {
    this.#stream.holder = this;
    return this.#stream.throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  get [Symbol.toStringTag](): string {
    return 'AsyncGenerator';
  }
}

/** What the caller reads a stream by. */
export function handOut(stream: Droppable, site: Site): Stream {
  const reader = new Reader(stream);
  onCollected(reader, stream, site);
  return reader;
}

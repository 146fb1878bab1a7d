import type { Droppable, Tie } from './open-stream.js';
import type { Stream } from './policy.js';
import type { Site } from './site.js';

type Result = IteratorResult<unknown, unknown>;

class Tied implements Tie {
  stream: Droppable | undefined;
  reader: object | undefined;

  constructor(readonly site: Site) {}
}

const collected = new FinalizationRegistry<Tied>(({ stream, site }) => {
  if (!stream?.drop()) return;
  site.channel('stream_dropped').audience(site.clock.now())?.({ type: 'stream_dropped', method: site.method });
});

/** Gives a stream up when `object`, by which alone it can be read, is collected: permits and leases come back then. */
export function tie(object: object, stream: Droppable, site: Site): Tie {
  const tie = new Tied(site);
  stream.tieTo(tie);
  collected.register(object, tie);
  return tie;
}

/**
 * The stream that a caller is given: an object of its own, so that a stream that nobody can read any more is found. The
 * stream behind it does not refer to it, except while a request is pending.
 */
class Reader implements Stream {
  readonly #stream: Droppable;
  readonly #tie: Tie;

  constructor(stream: Droppable, site: Site) {
    this.#stream = stream;
    this.#tie = tie(this, stream, site);
  }

  next(sent?: unknown): Promise<Result> {
    this.#hold();
    return this.#stream.next(sent);
  }

  return(value?: unknown): Promise<Result> {
    this.#hold();
    return this.#stream.return(value);
  }

  throw(error: unknown): Promise<Result> {
    this.#hold();
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

  #hold(): void {
    if (this.#tie.stream) this.#tie.reader = this;
  }
}

/** What the caller reads a stream by. */
export function handOut(stream: Droppable, site: Site): Stream {
  return new Reader(stream, site);
}

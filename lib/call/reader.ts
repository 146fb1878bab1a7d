import type { Holder, Readable } from './open-stream.js';
import { nextTurn } from '../core/turn.js';
import type { Stream } from './policy.js';
import type { Site } from './site.js';

type Result = IteratorResult<unknown, unknown>;

type Droppable = Pick<Readable, 'isOver' | 'drop'>;

interface Dropped {
  readonly stream: Droppable;
  readonly site: Site;
}

const collected = new FinalizationRegistry<Dropped>(({ stream, site }) => {
  if (!stream.drop()) return;
  site.channel('stream_dropped').audience(site.clock.now())?.({ type: 'stream_dropped', method: site.method });
});

interface Young extends Dropped {
  readonly object: object;
}

/** So many are kept at least before those that are over are sorted out. */
const FEW = 16;

let young: Young[] = [];
let crowd = FEW;
let isSorting = false;

/**
 * Gives a stream up when `object`, by which alone it can be read, is collected: permits and leases come back then. What is
 * over within this turn of the event loop is not registered, since that costs more than a hundred chunks.
 */
export function onCollected(object: object, stream: Droppable, site: Site): void {
  young.push({ object, stream, site });
  if (young.length >= crowd) {
    young = young.filter((one) => !one.stream.isOver);
    crowd = Math.max(FEW, 2 * young.length);
  }
  if (isSorting) return;
  isSorting = true;
  nextTurn(register);
}

function register(): void {
  for (const { object, stream, site } of young) if (!stream.isOver) collected.register(object, { stream, site });
  young = [];
  crowd = FEW;
  isSorting = false;
}

/**
 * The stream that a caller is given: an object of its own, so that a stream that nobody can read any more is found. The
 * stream behind it does not refer to it, except while a request is pending.
 */
class Reader implements Stream, Holder {
  #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream;
  }

  readFrom(stream: Readable): void {
    this.#stream = stream;
  }

  next(sent?: unknown): Promise<Result> {
    const stream = this.#stream;
    stream.holder = this;
    return stream.next(sent);
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
export function handOut(stream: Readable, site: Site): Stream {
  const reader = new Reader(stream);
  onCollected(reader, stream, site);
  return reader;
}

import type { Holder, Readable, Tie } from './readable.js';
import { nextTurn } from '../core/turn.js';
import type { Stream } from './policy.js';
import type { Site } from './site.js';

type Result = IteratorResult<unknown, unknown>;

class Tied implements Tie {
  stream: Readable | undefined;
  reader: Holder | undefined;

  constructor(readonly site: Site) {}
}

const collected = new FinalizationRegistry<Tied>(({ stream, site }) => {
  if (!stream?.drop()) return;
  site.channel('stream_dropped').audience(site.clock.now())?.({ type: 'stream_dropped', method: site.method });
});

interface Young {
  readonly object: object;
  readonly tie: Tied;
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
export function tieTo(object: object, stream: Readable, site: Site): Tie {
  const tie = new Tied(site);
  stream.tieTo(tie);
  young.push({ object, tie });
  if (young.length >= crowd) {
    young = young.filter((one) => one.tie.stream !== undefined);
    crowd = Math.max(FEW, 2 * young.length);
  }
  if (!isSorting) {
    isSorting = true;
    nextTurn(register);
  }
  return tie;
}

function register(): void {
  for (const { object, tie } of young) if (tie.stream) collected.register(object, tie);
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
  readonly #tie: Tie;

  constructor(stream: Readable, site: Site) {
    this.#stream = stream;
    this.#tie = tieTo(this, stream, site);
  }

  readFrom(stream: Readable): void {
    this.#stream = stream;
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
export function handOut(stream: Readable, site: Site): Stream {
  return new Reader(stream, site);
}

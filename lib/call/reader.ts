import type { Holder, Readable, Tie } from './readable.js';
import { afterThisTurn } from '../core/turn.js';
import type { Stream } from './policy.js';
import type { CallContext } from './call-context.js';

type Result = IteratorResult<unknown, unknown>;

class Tied implements Tie {
  stream: Readable | undefined;
  reader: Holder | undefined;

  constructor(readonly context: CallContext) {}
}

const collected = new FinalizationRegistry<Tied>(({ stream, context }) => {
  if (!stream?.drop()) return;
  context.channel('stream_dropped').audience(context.clock.now())?.({ type: 'stream_dropped', method: context.method });
});

interface NewTie {
  readonly object: object;
  readonly tie: Tied;
}

/** The list of new ties is filtered only when it is longer than this. */
const MIN_FILTERED = 16;

let newTies: NewTie[] = [];
let filterAt = MIN_FILTERED;
let isScheduled = false;

/**
 * Ends the stream when `object`, its only reader, is garbage-collected, so that permits and leases are released. A
 * stream that ends within this turn of the event loop is not registered, because registering costs more than a hundred
 * chunks.
 */
export function tieTo(object: object, stream: Readable, context: CallContext): Tie {
  const tie = new Tied(context);
  stream.tieTo(tie);
  newTies.push({ object, tie });
  if (newTies.length >= filterAt) {
    newTies = newTies.filter((entry) => entry.tie.stream !== undefined);
    filterAt = Math.max(MIN_FILTERED, 2 * newTies.length);
  }
  if (!isScheduled) {
    isScheduled = true;
    afterThisTurn(register);
  }
  return tie;
}

function register(): void {
  for (const { object, tie } of newTies) if (tie.stream) collected.register(object, tie);
  newTies = [];
  filterAt = MIN_FILTERED;
  isScheduled = false;
}

/**
 * The stream object that a caller gets. The stream behind it refers to it only while a request is pending, so that an
 * abandoned reader can be garbage-collected.
 */
class Reader implements Stream, Holder {
  #stream: Readable;
  readonly #tie: Tie;

  constructor(stream: Readable, context: CallContext) {
    this.#stream = stream;
    this.#tie = tieTo(this, stream, context);
  }

  readFrom(stream: Readable): void {
    this.#stream = stream;
  }

  next(sent?: unknown): Promise<Result> {
    this.#keepAlive();
    return this.#stream.next(sent);
  }

  return(value?: unknown): Promise<Result> {
    this.#keepAlive();
    return this.#stream.return(value);
  }

  throw(error: unknown): Promise<Result> {
    this.#keepAlive();
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

  #keepAlive(): void {
    if (this.#tie.stream) this.#tie.reader = this;
  }
}

/** The object through which the caller reads the stream. */
export function handOut(stream: Readable, context: CallContext): Stream {
  return new Reader(stream, context);
}

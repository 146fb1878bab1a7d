import type { Call } from './call.js';
import { started } from './current-attempt.js';
import type { MethodContext } from './method-context.js';
import { Opening } from './opening.js';
import { OpenStream, streamOf, swallow } from './open-stream.js';
import type { Next, Stream } from './policy.js';
import type { Readable, Request, Tie } from './readable.js';
import { Scope } from './scope.js';

type Result = IteratorResult<unknown, unknown>;

/**
 * The scope of a stream that is being opened: it ends when the reader leaves. The inner limits listen to the caller's
 * signal.
 */
class Reading extends Scope {
  constructor(call: Call) {
    super(call, null);
  }

  /** This scope provides no current signal. */
  protected override enter<T>(method: () => Promise<T>): Promise<T> {
    return method();
  }
}

/** Opens the stream of a method. The attempt, which policies may repeat, ends with the first chunk. */
export function opens(
  method: (self: unknown, args: readonly unknown[], call?: Call) => Stream,
  { stats, watching }: MethodContext,
): Next {
  return (self, args, call) => {
    let source: Stream | undefined;
    const scope = call?.scope;
    const first: Next = async () => {
      source = method(self, args, call);
      const opened = (await started(call, nextOf, source, undefined)) as Result;
      return new Opening(new OpenStream(source, opened, scope instanceof Reading ? undefined : scope));
    };
    const ask = watching ? watching.attempt(first) : first;
    if (call) call.attempt += 1;
    const begin = (): Promise<unknown> => {
      stats.attempts += 1;
      call?.noteAttempt();
      return ask(self, args, call);
    };
    if (!scope) return begin();
    return scope.run(begin).catch((error) => {
      // If the scope ended first, the source is still running.
      const closed = source?.return(undefined);
      if (closed) {
        swallow(closed);
        call.onMethod?.(closed);
      }
      throw error;
    });
  };
}

const nextOf = (source: Stream): Promise<Result> => source.next();

const DONE: Result = Object.freeze({ value: undefined, done: true });

/** Ends the waits when the reader leaves. No caller gets this error. */
const LEFT = Object.freeze(new DOMException('The reader left the stream.', 'AbortError'));

/**
 * The stream of one call of an `async *` method. The call begins when the reader asks for the first chunk, and then
 * runs like any other call. If the reader leaves before that chunk, every wait ends at once.
 */
export class Opener implements Readable {
  #readerTie: Tie | undefined;
  readonly #open: Next;
  #call: Call | undefined;
  #state: 'new' | 'opening' | 'over' = 'new';
  /** The opened stream: gets all requests. */
  #opened: OpenStream | undefined;
  #reading: Reading | undefined;
  #queue: Request[] = [];

  constructor(open: Next, call: Call) {
    this.#open = open;
    this.#call = call;
  }

  tieTo(readerTie: Tie): void {
    readerTie.stream = this;
    this.#readerTie = readerTie;
  }

  next(sent?: unknown): Promise<Result> {
    if (this.#opened) return this.#opened.next(sent);
    if (this.#state === 'over') return Promise.resolve(DONE);
    return this.#ask('next', sent);
  }

  throw(error: unknown): Promise<Result> {
    if (this.#opened) return this.#opened.throw(error);
    if (this.#state === 'opening') return this.#ask('throw', error);
    this.#end();
    return Promise.reject(error);
  }

  async return(value?: unknown): Promise<Result> {
    if (this.#opened) return this.#opened.return(value);
    const reading = this.#reading;
    this.#end();
    reading?.end('aborted', LEFT);
    return { value: await value, done: true };
  }

  drop(): boolean {
    if (this.#opened) return this.#opened.drop();
    this.#end();
    return false;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #ask(step: Request['step'], value: unknown): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ step, value, resolve, reject });
      if (this.#state === 'new') this.#begin(this.#call as Call);
    });
  }

  #begin(call: Call): void {
    this.#state = 'opening';
    this.#reading = new Reading(call);
    this.#open(call.self, call.args, call).then(
      (value) => (Opening.is(value) ? this.#useOpened(streamOf(value.rest)) : this.#answer(value)),
      (error) => this.#fail(error),
    );
  }

  #useOpened(stream: OpenStream): void {
    if (this.#state === 'over') return void stream.drop();
    this.#opened = stream;
    const readerTie = this.#readerTie;
    const queue = this.#queue;
    this.#end();
    if (readerTie) stream.tieTo(readerTie);
    readerTie?.reader?.readFrom?.(stream);
    for (const request of queue) stream.take(request);
  }

  /** A policy answered instead of the method: the stream has this one chunk. */
  #answer(value: unknown): void {
    this.#queue.shift()?.resolve({ value, done: false });
    this.#end();
  }

  #fail(error: unknown): void {
    this.#queue.shift()?.reject(error);
    this.#end();
  }

  #end(): void {
    this.#state = 'over';
    if (this.#readerTie) this.#readerTie.stream = undefined;
    if (!this.#opened && this.#readerTie) this.#readerTie.reader = undefined;
    this.#readerTie = undefined;
    this.#call = undefined;
    this.#reading = undefined;
    const queue = this.#queue;
    this.#queue = [];
    if (!this.#opened) for (const request of queue) refuse(request);
  }
}

/** Answers as a finished generator does. */
function refuse({ step, value, resolve, reject }: Request): void {
  if (step === 'throw') reject(value);
  else resolve(DONE);
}

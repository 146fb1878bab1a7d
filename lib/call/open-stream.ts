import type { Stream } from './policy.js';
import type { Readable, Reject, Request, Resolve, Step, Tie } from './readable.js';
import type { Scope } from './scope.js';
import { type StreamEnd, type StreamWatcher, whenClosed } from './watcher.js';

export type { StreamEnd, StreamWatcher };

type Result = IteratorResult<unknown, unknown>;

const DONE: Result = Object.freeze({ value: undefined, done: true });

/**
 * An opened stream. Reads its source for one reader, in order, and tells its watchers how it ends. If a limit or
 * `return()` ends it, pending requests settle at once, even if the source does not react.
 */
export class OpenStream implements Readable {
  #readerTie: Tie | undefined;
  readonly #source: Stream;
  #first: Result | undefined;
  readonly #scope: Scope | undefined;
  #watchers: readonly StreamWatcher[] = [];
  /** The pending request; undefined if there is none. */
  #resolve: Resolve | undefined;
  #reject: Reject | undefined;
  #step: Step = 'next';
  #queue: Request[] | undefined;
  #chunks = 0;
  #isRead: boolean;
  /** True after the first chunk, if neither a scope nor a watcher needs to see the next chunks. */
  #isPlain = false;
  #end: { readonly how: StreamEnd; readonly error: unknown } | undefined;
  /** The error that ended the stream while no request was pending: the next request rejects with it. */
  #failure: { readonly error: unknown } | undefined;
  #leaveScope: (() => void) | undefined;

  /**
   * @param first the result that was already read from the source; undefined if none was
   * @param scope the innermost time limit or hedged attempt around the source; undefined if there is none
   */
  constructor(source: Stream, first: Result | undefined, scope: Scope | undefined) {
    this.#source = source;
    this.#first = first;
    this.#isRead = first !== undefined;
    this.#scope = scope;
    this.#leaveScope = scope?.onEnd(() => this.#endIdle());
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  tieTo(tie: Tie): void {
    tie.stream = this.#end ? undefined : this;
    this.#readerTie = tie;
  }

  watch(watcher: StreamWatcher): void {
    if (this.#end) watcher.ended(this.#end.how, this.#end.error, this.#chunks);
    else {
      this.#watchers = [...this.#watchers, watcher];
      this.#isPlain = false;
    }
  }

  next(sent?: unknown): Promise<Result> {
    if (!this.#isPlain || this.#resolve || this.#end) return this.#ask('next', sent);
    // The fast path of most chunks: passes the result on, but lets an end settle the request first.
    this.#step = 'next';
    const promise = new Promise<Result>(this.#setPending);
    this.#source.next(sent).then(this.#succeed, this.#fail);
    return promise;
  }

  throw(error: unknown): Promise<Result> {
    return this.#ask('throw', error);
  }

  /** Ends the stream at once and closes the source. If no request was pending, waits for the source's cleanup. */
  async return(value?: unknown): Promise<Result> {
    const wasIdle = !this.#end && !this.#resolve;
    if (!this.#end) this.#leave();
    // A reader that leaves does not get the failure.
    this.#failure = undefined;
    const closed = this.#source.return(undefined);
    if (wasIdle) await closed;
    else swallow(closed);
    return { value: await value, done: true };
  }

  drop(): boolean {
    if (this.#end) return false;
    this.#leave();
    swallow(this.#source.return(undefined));
    return true;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  readonly #setPending = (resolve: Resolve, reject: Reject): void => {
    this.#resolve = resolve;
    this.#reject = reject;
  };

  #ask(step: Step, value: unknown): Promise<Result> {
    return new Promise((resolve, reject) => this.take({ step, value, resolve, reject }));
  }

  /** Adds a request. Requests settle in their order. */
  take(request: Request): void {
    if (this.#resolve) (this.#queue ??= []).push(request);
    else this.#begin(request);
  }

  #begin(request: Request): void {
    if (this.#end) return this.#refuse(request);
    const { step, value } = request;
    this.#setPending(request.resolve, request.reject);
    this.#step = step;
    this.#isRead = true;
    if (this.#first && step === 'next') {
      const first = this.#first;
      this.#first = undefined;
      this.#isPlain = this.#scope === undefined && !this.#watchers.some(({ waits, chunk }) => waits ?? chunk);
      return this.#succeed(first);
    }
    for (const watcher of this.#watchers) watcher.waits?.();
    const source = this.#source;
    const read = this.#scope ? this.#scope.cutShort(() => source[step](value)) : source[step](value);
    read.then(this.#succeed, this.#fail);
  }

  readonly #succeed = (result: Result): void => {
    if (this.#end) return;
    if (result.done) this.#finish('completed', undefined, result.value);
    else {
      this.#chunks += 1;
      if (!this.#isPlain) for (const watcher of this.#watchers) watcher.chunk?.(result.value);
    }
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(result);
    if (this.#queue) this.#beginQueued();
    else if (this.#readerTie) this.#readerTie.reader = undefined;
  };

  readonly #fail = (error: unknown): void => {
    if (this.#end) return;
    // An error that the reader threw into the stream is not a failure of the source; the end of a limit is.
    const isThrownByReader = this.#step === 'throw' && !this.#scope?.ended;
    if (this.#scope?.ended) swallow(this.#source.return(undefined));
    this.#finish(isThrownByReader ? 'left' : 'failed', error);
    const reject = this.#reject;
    this.#resolve = undefined;
    reject?.(error);
    this.#beginQueued();
  };

  /** The scope ended while no request was pending. The reader may never come back, so the source is closed now. */
  #endIdle(): void {
    const { ended } = this.#scope as Scope;
    if (this.#resolve || this.#end || !ended) return;
    this.#failure = { error: ended.error };
    // An object that was never iterated may be read in a way that we do not see, such as `tee()`: then the outcome is
    // unknown.
    this.#finish(ended.cause === 'deadline' && this.#isRead ? 'failed' : 'left', ended.error);
    swallow(this.#source.throw(ended.error));
  }

  #leave(): void {
    this.#finish('left');
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(DONE);
    this.#beginQueued();
  }

  /** Begins the next queued requests. */
  #beginQueued(): void {
    // After the end of the stream, requests settle at once.
    for (let next = this.#queue?.shift(); next; next = this.#queue?.shift()) {
      this.#begin(next);
      if (this.#resolve) return;
    }
    if (this.#readerTie) this.#readerTie.reader = undefined;
  }

  #refuse({ step, value, resolve, reject }: Request): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) reject(failure.error);
    else if (step === 'throw') reject(value);
    else resolve(DONE);
  }

  #finish(how: StreamEnd, error?: unknown, returned?: unknown): void {
    this.#end = { how, error };
    this.#first = undefined;
    this.#leaveScope?.();
    if (this.#readerTie) this.#readerTie.stream = undefined;
    const watchers = this.#watchers;
    // Drops the watchers, so that the call can be collected even if the reader keeps the stream.
    this.#watchers = [];
    const isCut = how === 'left' || this.#scope?.ended !== undefined;
    for (const watcher of watchers) {
      watcher.ended(how, error, this.#chunks, returned);
      if (watcher.closed) whenClosed(this.#source, isCut, () => watcher.closed?.());
    }
  }
}

/** The stream itself if it is an `OpenStream`; else wraps a stream that a policy made. */
export function streamOf(rest: Stream): OpenStream {
  return rest instanceof OpenStream ? rest : new OpenStream(rest, undefined, undefined);
}

/** Adds a watcher to the stream. For a policy's `tail`. */
export function watchEnd(rest: Stream, watcher: StreamWatcher): Stream {
  const stream = streamOf(rest);
  stream.watch(watcher);
  return stream;
}

/** Ignores the later outcome. */
export function swallow(late: Promise<unknown>): void {
  late.catch(() => undefined);
}

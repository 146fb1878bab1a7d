import type { Stream } from './policy.js';
import type { Readable, Reject, Request, Resolve, Step, Tie } from './readable.js';
import type { Scope } from './scope.js';
import { type StreamEnd, type StreamWatcher, whenClosed } from './watcher.js';

export type { StreamEnd, StreamWatcher };

type Result = IteratorResult<unknown, unknown>;

const DONE: Result = Object.freeze({ value: undefined, done: true });

/**
 * A stream that has been opened. Reads its source for one reader, in order, and tells its watchers how it ends. Its end
 * by a limit, or by `return()`, settles what is pending at once, whether or not the source heeds it.
 */
export class OpenStream implements Readable {
  #tie: Tie | undefined;
  readonly #source: Stream;
  #first: Result | undefined;
  readonly #scope: Scope | undefined;
  #watchers: readonly StreamWatcher[] = [];
  /** The request that is pending: these are undefined if none is. */
  #resolve: Resolve | undefined;
  #reject: Reject | undefined;
  #step: Step = 'next';
  #queue: Request[] | undefined;
  #chunks = 0;
  #isRead: boolean;
  /** True once the first chunk has been handed over, if neither a scope nor a watcher has to do with the next ones. */
  #isPlain = false;
  #end: { readonly how: StreamEnd; readonly error: unknown } | undefined;
  /** What ended it while nobody was reading: the next reader gets it. */
  #failure: { readonly error: unknown } | undefined;
  #leaveScope: (() => void) | undefined;

  /**
   * @param first what was read of the source already
   * @param scope the innermost time limit or hedged attempt around the source
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
    this.#tie = tie;
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
    // Most chunks: nothing is to be done but to hand the result on, and to be able to end before it comes.
    this.#step = 'next';
    const promise = new Promise<Result>(this.#take);
    this.#source.next(sent).then(this.#succeed, this.#fail);
    return promise;
  }

  throw(error: unknown): Promise<Result> {
    return this.#ask('throw', error);
  }

  /** Ends the stream at once. The source is closed; if it was idle, its cleanup is waited for. */
  async return(value?: unknown): Promise<Result> {
    const wasIdle = !this.#end && !this.#resolve;
    if (!this.#end) this.#leave();
    // Whoever leaves asks for no failure any more.
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

  readonly #take = (resolve: Resolve, reject: Reject): void => {
    this.#resolve = resolve;
    this.#reject = reject;
  };

  #ask(step: Step, value: unknown): Promise<Result> {
    return new Promise((resolve, reject) => this.take({ step, value, resolve, reject }));
  }

  /** Requests are settled in their order. */
  take(request: Request): void {
    if (this.#resolve) (this.#queue ??= []).push(request);
    else this.#begin(request);
  }

  #begin(request: Request): void {
    if (this.#end) return this.#refuse(request);
    const { step, value } = request;
    this.#take(request.resolve, request.reject);
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
    if (this.#queue) this.#goOn();
    else if (this.#tie) this.#tie.reader = undefined;
  };

  readonly #fail = (error: unknown): void => {
    if (this.#end) return;
    // What the reader throws into the stream is not the source's failure, but a limit's end is.
    const isReaders = this.#step === 'throw' && !this.#scope?.ended;
    if (this.#scope?.ended) swallow(this.#source.return(undefined));
    this.#finish(isReaders ? 'left' : 'failed', error);
    const reject = this.#reject;
    this.#resolve = undefined;
    reject?.(error);
    this.#goOn();
  };

  /** The scope has ended while nobody was reading: nobody may ever read on, so that the source hears of it now. */
  #endIdle(): void {
    const { ended } = this.#scope as Scope;
    if (this.#resolve || this.#end || !ended) return;
    this.#failure = { error: ended.error };
    // An object that nobody iterates may be read in a way that we do not see, such as `tee()`: then nothing is known.
    this.#finish(ended.cause === 'deadline' && this.#isRead ? 'failed' : 'left', ended.error);
    swallow(this.#source.throw(ended.error));
  }

  #leave(): void {
    this.#finish('left');
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(DONE);
    this.#goOn();
  }

  /** Begins what waits its turn. */
  #goOn(): void {
    // After the end nothing becomes pending.
    for (let next = this.#queue?.shift(); next; next = this.#queue?.shift()) {
      this.#begin(next);
      if (this.#resolve) return;
    }
    if (this.#tie) this.#tie.reader = undefined;
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
    this.#isPlain = false;
    this.#leaveScope?.();
    if (this.#tie) this.#tie.stream = undefined;
    const watchers = this.#watchers;
    // Nothing of the call outlives it, also if the reader keeps the stream.
    this.#watchers = [];
    const isCut = how === 'left' || this.#scope?.ended !== undefined;
    for (const watcher of watchers) {
      watcher.ended(how, error, this.#chunks, returned);
      if (watcher.closed) whenClosed(this.#source, isCut, () => watcher.closed?.());
    }
  }
}

/** The stream itself, or around one that a policy made. */
export function streamOf(rest: Stream): OpenStream {
  return rest instanceof OpenStream ? rest : new OpenStream(rest, undefined, undefined);
}

/** Tells `watcher` how the stream ends. For a policy's `tail`. */
export function watchEnd(rest: Stream, watcher: StreamWatcher): Stream {
  const stream = streamOf(rest);
  stream.watch(watcher);
  return stream;
}

/** Its outcome decides nothing any more. */
export function swallow(late: Promise<unknown>): void {
  late.catch(() => undefined);
}

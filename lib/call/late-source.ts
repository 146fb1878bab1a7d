import type { Stream } from './policy.js';

type Result = IteratorResult<unknown, unknown>;
export type Iterator = AsyncIterator<unknown, unknown, unknown>;

/** A stream whose iterator is set when the reading begins. Provides the methods that an iterator may lack. */
export class LateSource implements Stream {
  #iterator: Iterator | undefined;

  get hasBegun(): boolean {
    return this.#iterator !== undefined;
  }

  begin(iterator: Iterator): void {
    this.#iterator = iterator;
  }

  async next(sent?: unknown): Promise<Result> {
    return checked(await (this.#iterator as Iterator).next(sent));
  }

  async return(value?: unknown): Promise<Result> {
    return (await this.#iterator?.return?.(value)) ?? { value, done: true };
  }

  async throw(error: unknown): Promise<Result> {
    if (this.#iterator?.throw) return checked(await this.#iterator.throw(error));
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

/** Checks a result as `for await` does: a broken iterator fails its reader. */
function checked(result: Result | undefined): Result {
  if (typeof result !== 'object' || result === null)
    throw new TypeError(`expected an iterator's result, an object with value and done, got ${typeof result}`);
  // If `done` is a getter that throws, it throws here.
  void result.done;
  return result;
}

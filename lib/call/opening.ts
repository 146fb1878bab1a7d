import { OpenStream, streamOf } from './open-stream.js';
import type { Stream } from './policy.js';
import { handOut, onCollected } from './reader.js';
import type { Scope } from './scope.js';
import type { Site } from './site.js';

/** A stream on its way out through the policies: what an `async *` method opened, or an object that is read as one. */
export class Opening {
  constructor(public rest: Stream) {}
}

/** Objects that calls resolved to, and how they will be read. */
const followed = new WeakMap<object, Opening>();

/**
 * The stream that a value is, so that policies can see how it ends; undefined for any other value. An object that can be
 * read in no other way than by iteration is one: from then on its `[Symbol.asyncIterator]` is ours, and all else of it is
 * as it was. Node and web streams and `Response` can be read in other ways, so they are not; a frozen object is not.
 * @param scope the innermost time limit or hedged attempt that the value came from
 */
export function openingOf(value: unknown, site: Site, scope?: Scope): Opening | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Opening) return value;
  return followed.get(value) ?? (isFollowable(value) ? shadow(value, site, scope) : undefined);
}

type Iterate = () => AsyncIterator<unknown, unknown, unknown>;

function isFollowable(value: object): value is AsyncIterable<unknown> {
  try {
    const { [Symbol.asyncIterator]: iterate, getReader, pipe } = value as Readonly<Record<PropertyKey, unknown>>;
    return (
      typeof iterate === 'function' &&
      typeof getReader !== 'function' &&
      typeof pipe !== 'function' &&
      Object.isExtensible(value)
    );
  } catch {
    // A proxy may refuse to be looked at.
    return false;
  }
}

function shadow(value: AsyncIterable<unknown>, site: Site, scope: Scope | undefined): Opening | undefined {
  const iterate = value[Symbol.asyncIterator] as Iterate;
  const source = new LateSource();
  const stream = new OpenStream(source, undefined, scope);
  const opening = new Opening(stream);
  // Refers to the object by `this` alone, so that an object that is never read can be collected.
  const { read } = {
    read(this: unknown) {
      const iterator = iterate.call(this as never);
      if (source.hasBegun) return iterator;
      source.begin(iterator);
      return handOut(streamOf(opening.rest), site);
    },
  };
  const descriptor = { value: read, configurable: true, writable: true, enumerable: false };
  if (!Reflect.defineProperty(value, Symbol.asyncIterator, descriptor)) return undefined;
  followed.set(value, opening);
  const unread = {
    get isOver() {
      return source.hasBegun || stream.isOver;
    },
    drop: () => !source.hasBegun && stream.drop(),
  };
  onCollected(value, unread, site);
  return opening;
}

/** The iterator of an object, once somebody reads it. Fills in what an iterator may leave out. */
class LateSource implements Stream {
  #iterator: AsyncIterator<unknown, unknown, unknown> | undefined;

  get hasBegun(): boolean {
    return this.#iterator !== undefined;
  }

  begin(iterator: AsyncIterator<unknown, unknown, unknown>): void {
    this.#iterator = iterator;
  }

  async next(sent?: unknown): Promise<IteratorResult<unknown, unknown>> {
    return (this.#iterator as AsyncIterator<unknown, unknown, unknown>).next(sent);
  }

  async return(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    return this.#iterator?.return?.(value) ?? { value, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<unknown, unknown>> {
    if (this.#iterator?.throw) return this.#iterator.throw(error);
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

import { type Iterator, LateSource } from './late-source.js';
import { OpenStream, streamOf, swallow } from './open-stream.js';
import type { Stream } from './policy.js';
import type { Tie } from './readable.js';
import { handOut, tieTo } from './reader.js';
import type { Scope } from './scope.js';
import type { Site } from './site.js';

/** A stream on its way out through the policies: what an `async *` method opened, or an object that is read as one. */
export class Opening {
  #rest: Stream;

  constructor(rest: Stream) {
    this.#rest = rest;
  }

  /** Asks nothing of the value: one that is a proxy may throw at every question. */
  static is(value: unknown): value is Opening {
    return typeof value === 'object' && value !== null && #rest in value;
  }

  get rest(): Stream {
    return this.#rest;
  }

  set rest(rest: Stream) {
    this.#rest = rest;
  }
}

/** Objects that calls resolved to, and how they will be read. */
const followed = new WeakMap<object, Opening>();

/**
 * The stream that a value is, so that policies can see how it ends; undefined for any other value. An object that can be
 * read in no other way than by iteration is one: from then on its `[Symbol.asyncIterator]`, and if it is an iterator its
 * steps, are ours, and all else of it is as it was. A frozen object is not.
 * @param scope the innermost time limit or hedged attempt that the value came from
 */
export function openingOf(value: unknown, site: Site, scope?: Scope): Opening | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Opening.is(value)) return value;
  try {
    return followed.get(value) ?? (isFollowable(value) ? shadow(value, site, scope) : undefined);
  } catch {
    // A proxy may refuse to be looked at, or to be changed.
    return undefined;
  }
}

/** Closes what a call succeeded with because nobody will read it; false if it is no stream. */
export function closeUnread(value: unknown, site: Site): boolean {
  const opening = openingOf(value, site);
  if (!opening) return false;
  if (opening === value) swallow(opening.rest.return(undefined));
  else closeIterable(value as AsyncIterable<unknown>);
  return true;
}

function closeIterable(value: AsyncIterable<unknown>): void {
  try {
    const iterator = value[Symbol.asyncIterator]();
    if (iterator.return) swallow(Promise.resolve(iterator.return()));
  } catch {
    // It cannot be read, so that there is nothing to close.
  }
}

type Iterate = () => Iterator;

/** Members of objects that can be read in other ways: Node and web streams, `Response`, event emitters, pages of lists. */
const OTHER_WAYS = ['pipe', 'getReader', 'on', 'addEventListener', 'getPaginatedItems', 'nextPage', 'byPage'] as const;

function isFollowable(value: object): value is AsyncIterable<unknown> {
  const members = value as Readonly<Record<PropertyKey, unknown>>;
  return (
    typeof members[Symbol.asyncIterator] === 'function' &&
    typeof members[Symbol.iterator] !== 'function' &&
    !OTHER_WAYS.some((name) => typeof members[name] === 'function') &&
    Object.isExtensible(value)
  );
}

function shadow(value: AsyncIterable<unknown>, site: Site, scope: Scope | undefined): Opening | undefined {
  const iterate = value[Symbol.asyncIterator] as Iterate;
  const source = new LateSource();
  const stream = new OpenStream(source, undefined, scope);
  const opening = new Opening(stream);
  let isDriven = false;
  // Refers to the object by `this` alone, so that an object that is never read can be collected.
  const { read } = {
    read(this: unknown) {
      const iterator = iterated(iterate, this, source, opening);
      if (source.hasBegun || (isDriven && iterator === this)) return iterator;
      source.begin(iterator);
      // From now on the stream refers to the object, so that it would never be collected.
      unread.stream = undefined;
      // A limit may have ended before anybody began to read.
      if (stream.isOver) swallow(source.return());
      return handOut(streamOf(opening.rest), site);
    },
  };
  if (!define(value, Symbol.asyncIterator, read)) return undefined;
  followed.set(value, opening);
  const unread = tieTo(value, stream, site);
  isDriven = drive(value as AsyncIterable<unknown> & Partial<Iterator>, source, opening, unread);
  return opening;
}

/** An object whose iteration fails at once is a stream that has failed. */
function iterated(iterate: Iterate, self: unknown, source: LateSource, opening: Opening): Iterator {
  try {
    return iterate.call(self as never);
  } catch (error) {
    if (!source.hasBegun) {
      source.begin({ next: () => Promise.reject(error) });
      swallow(opening.rest.next());
    }
    throw error;
  }
}

type Step = 'next' | 'return' | 'throw';

/**
 * An object that is its own iterator, as that of a generator is, may be read step by step as well: then its steps are
 * those of the stream, which refers to it weakly. False if it is none.
 */
function drive(value: Partial<Iterator>, source: LateSource, opening: Opening, unread: Tie): boolean {
  const { next, return: leave, throw: fail } = value;
  if (typeof next !== 'function') return false;
  const own = new WeakRef(value);
  const direct: Iterator = {
    next: (sent?: unknown) => next.call(own.deref(), sent),
    ...(leave && { return: (value?: unknown) => leave.call(own.deref(), value) }),
    ...(fail && { throw: (error?: unknown) => fail.call(own.deref(), error) }),
  };
  const driven = (step: Step) =>
    function (this: unknown, argument?: unknown): unknown {
      if (!source.hasBegun) source.begin(direct);
      if (unread.stream) unread.reader = this as object;
      return opening.rest[step](argument);
    };
  const steps: readonly Step[] = fail ? ['next', 'return', 'throw'] : ['next', 'return'];
  // A closure here would hold the object for all of them.
  for (const step of steps) if (!define(value, step, driven(step))) return false;
  return true;
}

function define(value: object, key: PropertyKey, member: unknown): boolean {
  return Reflect.defineProperty(value, key, { value: member, configurable: true, writable: true, enumerable: false });
}

import { type Iterator, LateSource } from './late-source.js';
import { OpenStream, streamOf, swallow } from './open-stream.js';
import type { Stream } from './policy.js';
import type { Tie } from './readable.js';
import { handOut, tieTo } from './reader.js';
import type { Scope } from './scope.js';
import type { CallContext } from './call-context.js';

/**
 * A stream on its way out through the policies: opened by an `async *` method, or an object that is read as a stream.
 */
export class Opening {
  #rest: Stream;

  constructor(rest: Stream) {
    this.#rest = rest;
  }

  /** Reads no property of the value: a proxy may throw at every access. */
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

/** The objects that calls resolved to, with their openings. */
const openings = new WeakMap<object, Opening>();

/**
 * The stream of a value, so that policies can see how it ends; undefined if the value is not a stream. An extensible
 * object that can only be read by async iteration is a stream. This function replaces its `[Symbol.asyncIterator]` and,
 * if it is an iterator, its `next`, `return` and `throw`; nothing else of it changes.
 * @param scope the innermost time limit or hedged attempt that returned the value
 */
export function openingOf(value: unknown, context: CallContext, scope?: Scope): Opening | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Opening.is(value)) return value;
  try {
    return openings.get(value) ?? (isReadOnlyByIteration(value) ? followIteration(value, context, scope) : undefined);
  } catch {
    // A proxy may refuse reads and changes.
    return undefined;
  }
}

/** Gives up a result or an error that nobody will read: closes its stream, or cancels the body of its response. */
export function discardUnread(outcome: unknown, context: CallContext): void {
  const opening = openingOf(outcome, context);
  if (!opening) context.discard(outcome);
  else if (opening === outcome) swallow(opening.rest.return(undefined));
  else closeIterable(outcome as AsyncIterable<unknown>);
}

function closeIterable(value: AsyncIterable<unknown>): void {
  try {
    const iterator = value[Symbol.asyncIterator]();
    if (iterator.return) swallow(Promise.resolve(iterator.return()));
  } catch {
    // It cannot be iterated, so there is nothing to close.
  }
}

type Iterate = () => Iterator;

/**
 * Members of objects that can be read in other ways: Node and web streams, `Response`, event emitters, paginated lists.
 */
const OTHER_WAYS = ['pipe', 'getReader', 'on', 'addEventListener', 'getPaginatedItems', 'nextPage', 'byPage'] as const;

function isReadOnlyByIteration(value: object): value is AsyncIterable<unknown> {
  const members = value as Readonly<Record<PropertyKey, unknown>>;
  return (
    typeof members[Symbol.asyncIterator] === 'function' &&
    typeof members[Symbol.iterator] !== 'function' &&
    !OTHER_WAYS.some((name) => typeof members[name] === 'function') &&
    Object.isExtensible(value)
  );
}

function followIteration(
  value: AsyncIterable<unknown>,
  context: CallContext,
  scope: Scope | undefined,
): Opening | undefined {
  const iterate = value[Symbol.asyncIterator] as Iterate;
  const source = new LateSource();
  const stream = new OpenStream(source, undefined, scope);
  const opening = new Opening(stream);
  // Refers to the object only by `this`, so that an object that is never read can be collected.
  const { read } = {
    read(this: unknown) {
      const iterator = iteratorOf(iterate, this, source, opening);
      if (source.hasBegun || (hasOwnSteps && iterator === this)) return iterator;
      source.begin(iterator);
      // From now on the stream refers to the object, so the tie would keep it alive.
      readerTie.stream = undefined;
      // A limit may have ended before the reading began.
      if (stream.isOver) swallow(source.return());
      return handOut(streamOf(opening.rest), context);
    },
  };
  if (!define(value, Symbol.asyncIterator, read)) return undefined;
  openings.set(value, opening);
  const readerTie = tieTo(value, stream, context);
  const hasOwnSteps = followSteps(value as AsyncIterable<unknown> & Partial<Iterator>, source, opening, readerTie);
  return opening;
}

/** Calls the object's iterator function. If it throws, the stream has failed. */
function iteratorOf(iterate: Iterate, self: unknown, source: LateSource, opening: Opening): Iterator {
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
 * For an object that is its own iterator, such as a generator's: replaces its steps by those of the stream, which
 * refers to the object weakly. False if the object is not an iterator.
 */
function followSteps(value: Partial<Iterator>, source: LateSource, opening: Opening, readerTie: Tie): boolean {
  const { next, return: leave, throw: fail } = value;
  if (typeof next !== 'function') return false;
  const weakObject = new WeakRef(value);
  const originalSteps: Iterator = {
    next: (sent?: unknown) => next.call(weakObject.deref(), sent),
    ...(leave && { return: (value?: unknown) => leave.call(weakObject.deref(), value) }),
    ...(fail && { throw: (error?: unknown) => fail.call(weakObject.deref(), error) }),
  };
  const streamStep = (step: Step) =>
    function (this: unknown, argument?: unknown): unknown {
      if (!source.hasBegun) source.begin(originalSteps);
      if (readerTie.stream) readerTie.reader = this as object;
      return opening.rest[step](argument);
    };
  const steps: readonly Step[] = fail ? ['next', 'return', 'throw'] : ['next', 'return'];
  // A closure in this loop would keep the object alive.
  for (const step of steps) if (!define(value, step, streamStep(step))) return false;
  return true;
}

function define(value: object, key: PropertyKey, member: unknown): boolean {
  return Reflect.defineProperty(value, key, { value: member, configurable: true, writable: true, enumerable: false });
}

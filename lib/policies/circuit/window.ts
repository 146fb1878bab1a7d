import type { Span, Tally } from './rates.js';

/** Calls that finished at about the same time. */
export interface Batch extends Tally {
  /** When they finished, in milliseconds since the epoch; undefined if the window does not store times. */
  readonly at: number | undefined;
}

/** The finished calls of a circuit, summed up. O(1) for each call, with bounded memory. */
export interface Window extends Tally, Span {
  add(calls: number, failures: number, slow: number, now: number): void;
  /** Drops calls that are too old at `now`. */
  forget(now: number): void;
  /** The stored calls, the oldest first. */
  batches(): Iterable<Batch>;
}

export function newWindow({ unit, size }: Span): Window {
  return unit === 'ms' ? new TimeWindow(size) : new CountWindow(size);
}

const BUCKETS = 16;
/** The fields of each bucket: start, calls, failures, slow calls. */
const FIELDS = 4;

/**
 * The calls of the last `size` milliseconds; a call that is exactly that old is dropped. A bucket begins with a call
 * and holds the calls of the next sixteenth of the window. The whole bucket is dropped when its first call is too old,
 * so no call is kept too long.
 */
export class TimeWindow implements Window {
  calls = 0;
  failures = 0;
  slow = 0;
  // A plain array: a typed array of this size costs 200 bytes more. Begins with room for one bucket.
  #cells = new Array<number>(FIELDS).fill(0);
  #length = 0;
  /** The indexes of the oldest and the newest bucket. */
  #oldest = 0;
  #newest = 0;

  constructor(readonly size: number) {}

  get unit(): 'ms' {
    return 'ms';
  }

  add(calls: number, failures: number, slow: number, now: number): void {
    this.forget(now);
    if (this.#length === 0 || now - this.#cells[this.#newest]! >= this.size / BUCKETS) this.#begin(now);
    const cells = this.#cells;
    const newest = this.#newest;
    cells[newest + 1]! += calls;
    this.calls += calls;
    // Fast path: most calls are neither failed nor slow.
    if (failures + slow === 0) return;
    cells[newest + 2]! += failures;
    cells[newest + 3]! += slow;
    this.failures += failures;
    this.slow += slow;
  }

  forget(now: number): void {
    const setBackBy = this.#cells[this.#newest]! - now;
    if (setBackBy > 0) this.#setBack(setBackBy);
    while (this.#length > 0 && now - this.#cells[this.#oldest]! >= this.size) this.#drop();
  }

  *batches(): Iterable<Batch> {
    for (let i = 0, at = this.#oldest; i < this.#length; i++, at = this.#after(at)) {
      const [begun, calls, failures, slow] = this.#cells.slice(at, at + FIELDS) as [number, number, number, number];
      yield { at: begun, calls, failures, slow };
    }
  }

  #begin(now: number): void {
    if (this.#length * FIELDS === this.#cells.length) this.#grow();
    if (this.#length > 0) this.#newest = this.#after(this.#newest);
    this.#length += 1;
    this.#cells.fill(0, this.#newest, this.#newest + FIELDS);
    this.#cells[this.#newest] = now;
  }

  #drop(): void {
    const [, calls, failures, slow] = this.#cells.slice(this.#oldest, this.#oldest + FIELDS) as [
      0,
      number,
      number,
      number,
    ];
    this.calls -= calls;
    this.failures -= failures;
    this.slow -= slow;
    this.#length -= 1;
    if (this.#length > 0) this.#oldest = this.#after(this.#oldest);
  }

  /** Doubles the room. Begins small, because few of a million keys ever have calls in every sixteenth. */
  #grow(): void {
    const { length } = this.#cells;
    const inOrder = [...this.#cells.slice(this.#oldest), ...this.#cells.slice(0, this.#oldest)];
    this.#cells = [...inOrder, ...new Array<number>(length).fill(0)];
    this.#oldest = 0;
    this.#newest = length - FIELDS;
  }

  /** The index of the next bucket in the ring. */
  #after(bucket: number): number {
    return (bucket + FIELDS) % this.#cells.length;
  }

  /** If the clock was set back, shifts all buckets, so that no call is kept too long. */
  #setBack(by: number): void {
    for (let i = 0, at = this.#oldest; i < this.#length; i++, at = this.#after(at)) this.#cells[at]! -= by;
  }
}

const FAILURE = 1;
const SLOW = 2;

/** The initial room of a window of calls. */
const INITIAL_ROOM = 16;

/** The last `size` calls, one byte for each. */
export class CountWindow implements Window {
  calls = 0;
  failures = 0;
  slow = 0;
  #marks: Uint8Array;
  #next = 0;

  constructor(readonly size: number) {
    this.#marks = new Uint8Array(Math.min(size, INITIAL_ROOM));
  }

  get unit(): 'calls' {
    return 'calls';
  }

  /** How many calls fit into the allocated memory, which grows up to `size`. */
  get room(): number {
    return this.#marks.length;
  }

  add(calls: number, failures: number, slow: number): void {
    // Skips calls that would be pushed out again at once.
    for (let i = Math.max(0, calls - this.size); i < calls; i++)
      this.#push((isOneOf(failures, i, calls) ? FAILURE : 0) | (isOneOf(slow, i, calls) ? SLOW : 0));
  }

  /** Does nothing: this window does not store times. */
  forget(): void {}

  *batches(): Iterable<Batch> {
    for (let i = 0; i < this.calls; i++) {
      const mark = this.#marks[(this.#next - this.calls + i + this.size) % this.size] as number;
      yield { at: undefined, calls: 1, failures: mark & FAILURE, slow: mark >> 1 };
    }
  }

  #push(mark: number): void {
    if (this.#next === this.#marks.length) this.#grow();
    const forgotten = this.#marks[this.#next] as number;
    if (this.calls < this.size) this.calls += 1;
    this.failures += (mark & FAILURE) - (forgotten & FAILURE);
    this.slow += (mark >> 1) - (forgotten >> 1);
    this.#marks[this.#next] = mark;
    this.#next = this.#next + 1 === this.size ? 0 : this.#next + 1;
  }

  /** Happens only before the first call is dropped, so the marks are in order. */
  #grow(): void {
    const marks = new Uint8Array(Math.min(this.size, 2 * this.#marks.length));
    marks.set(this.#marks);
    this.#marks = marks;
  }
}

/** True if call number `call` is one of `some`, spread evenly over `calls`. Which calls they really were is unknown. */
function isOneOf(some: number, call: number, calls: number): boolean {
  return Math.floor(((call + 1) * some) / calls) > Math.floor((call * some) / calls);
}

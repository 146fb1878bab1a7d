import type { Clock, Timer } from '../../core/clock.js';
import { Line, type Place } from '../../core/line.js';
import { Buckets } from './buckets.js';
import { chargeOf, type LimiterRules, owedAfter, type Pace, paceOf, waitMs } from './pace.js';

/** A call that waits in line. */
interface Waiter {
  readonly key: string;
  readonly cost: number;
  /** The parts that it will be charged. See `Pace`. */
  charge: number;
  /** Called once its units are taken. */
  readonly admit: () => void;
}

export type PlaceInLine = Place<Waiter>;

/** The calls of one key that wait, and the one timer for the first of them. */
interface Waiting {
  readonly key: string;
  readonly line: Line<Waiter>;
  readonly clock: Clock;
  /** The sum of the charges of all of them. */
  charges: number;
  timer: Timer;
}

/** The state of a limiter: the debt of each key, and the calls that wait. */
export class Limiter {
  /** The number of calls that the policies rejected. */
  rejected = 0;
  #rules: LimiterRules;
  #pace: Pace;
  #members = 1;
  /** The listener for the next call. */
  #nextCall: (() => void) | undefined;
  readonly #buckets = new Buckets();
  readonly #waiting = new Map<string, Waiting>();
  #length = 0;

  constructor(rules: LimiterRules) {
    this.#rules = rules;
    this.#pace = paceOf(rules);
  }

  get rules(): LimiterRules {
    return this.#rules;
  }

  /** The number of keys that have a debt, or had one until recently. */
  get keys(): number {
    return this.#buckets.size;
  }

  /** Calls that wait, over all keys. */
  get waiting(): number {
    return this.#length;
  }

  /** Calls that wait for this key. */
  waitingFor(key: string): number {
    return this.#waiting.get(key)?.line.length ?? 0;
  }

  /** Milliseconds until a call of this cost may pass, after all that wait; 0 if it may pass now. Changes nothing. */
  waitMs(key: string, cost: number, now: number): number {
    const inLine = this.#waitingOf(key)?.charges ?? 0;
    return waitMs(this.#owed(key, now) + inLine, chargeOf(cost, this.#pace), this.#pace);
  }

  /**
   * If the call may pass now, takes its units and returns 0; else takes nothing, and returns the wait in milliseconds.
   */
  take(key: string, cost: number, now: number): number {
    if (this.#nextCall) this.#notifyNextCall();
    // A new call must not overtake waiting calls, even if the first of them is due.
    if (this.#waitingOf(key)) return Math.max(1, this.waitMs(key, cost, now));
    const charge = chargeOf(cost, this.#pace);
    const slot = this.#buckets.find(key);
    const owed = slot === undefined ? this.#pace.least : this.#owedAt(slot, now, false);
    const wait = waitMs(owed, charge, this.#pace);
    if (wait > 0) return wait;
    if (slot === undefined) this.#write(key, owed + charge, now);
    else this.#buckets.note(slot, owed + charge, now);
    return 0;
  }

  /** Appends a call to the line of its key. Calls `admit` once its units are taken, never before `join` returns. */
  join(key: string, cost: number, clock: Clock, admit: () => void): PlaceInLine {
    let waiting = this.#waiting.get(key);
    if (!waiting) {
      waiting = { key, line: new Line(), clock, charges: 0, timer: undefined };
      // Updates the debt at the start of the line: from now on, time pays back by another rule. See `owedAfter`.
      this.#write(key, this.#owed(key, clock.now()), clock.now());
      this.#waiting.set(key, waiting);
    }
    const charge = chargeOf(cost, this.#pace);
    const place = waiting.line.join({ key, cost, charge, admit });
    waiting.charges += charge;
    this.#length += 1;
    if (waiting.timer === undefined) this.#arm(waiting);
    return place;
  }

  /** Removes a call that was not admitted from the line. */
  quit(place: PlaceInLine): void {
    const { key, charge } = place.value;
    const waiting = this.#waiting.get(key)!;
    const wasFirst = waiting.line.first === place;
    waiting.line.leave(place);
    waiting.charges -= charge;
    this.#length -= 1;
    if (wasFirst) this.#arm(waiting);
  }

  /** Corrects the charge of a call by its real cost, up or down. */
  correct(key: string, cost: number, actual: number, now: number): void {
    const difference = chargeOf(actual, this.#pace) - chargeOf(cost, this.#pace);
    if (difference === 0) return;
    const owed = this.#owed(key, now);
    // A refund is at most the remaining debt.
    this.#write(key, Math.max(Math.min(0, owed), owed + difference), now);
    const waiting = this.#waiting.get(key);
    if (waiting) this.#arm(waiting);
  }

  /** Milliseconds until a call of one unit may pass, for the key with the longest wait. Checks every key. */
  retryAfterMs(now: number): number {
    let longest = 0;
    for (const key of this.#buckets.keys()) longest = Math.max(longest, this.waitMs(key, 1, now));
    return longest;
  }

  /** Admits the calls of the key that are due now, without waiting for the timer, which may be late. */
  serve(key: string): void {
    const waiting = this.#waiting.get(key);
    if (waiting) this.#serve(waiting);
  }

  /** Changes the rules. The debt stays. */
  change(rules: LimiterRules, now: number): void {
    const { limit, perMs, burst } = this.#rules;
    const isSame = limit === rules.limit && perMs === rules.perMs && burst === rules.burst;
    this.#rules = rules;
    if (!isSame) this.#setPace(paceOf(rules, this.#members), now);
  }

  /** Divides the limit among this number of processes. The debt stays. */
  shareAmong(members: number, now: number): void {
    if (members === this.#members) return;
    this.#members = members;
    this.#setPace(paceOf(this.#rules, members), now);
  }

  /** Calls `listener` once, at the next call, also if that call is rejected. */
  onNextCall(listener: () => void): void {
    this.#nextCall = listener;
  }

  #notifyNextCall(): void {
    const listener = this.#nextCall;
    this.#nextCall = undefined;
    listener?.();
  }

  #setPace(after: Pace, now: number): void {
    const before = this.#pace;
    const inParts = (parts: number): number => Math.ceil((parts / before.unit) * after.unit);
    // For keys with a line, the credit below a debt of 0 is kept. See `owedAfter`.
    const inLine = [...this.#waiting.keys()].map((key) => [key, inParts(this.#owed(key, now))] as const);
    this.#buckets.noteAll((owed, at) => inParts(owedAfter(owed, now - at, before, false)), now);
    for (const [key, owed] of inLine) this.#write(key, owed, now);
    this.#pace = after;
    for (const waiting of this.#waiting.values()) {
      waiting.charges = 0;
      for (const waiter of waiting.line) waiting.charges += waiter.charge = chargeOf(waiter.cost, after);
      this.#arm(waiting);
    }
  }

  #owed(key: string, now: number): number {
    const slot = this.#buckets.find(key);
    return slot === undefined ? this.#pace.least : this.#owedAt(slot, now, this.#waitingOf(key) !== undefined);
  }

  #owedAt(slot: number, now: number, isLine: boolean): number {
    return owedAfter(this.#buckets.owed(slot), now - this.#buckets.notedAt(slot), this.#pace, isLine);
  }

  /** The waiting calls of a key. Usually no call waits at all: then no lookup is needed. */
  #waitingOf(key: string): Waiting | undefined {
    return this.#waiting.size === 0 ? undefined : this.#waiting.get(key);
  }

  #write(key: string, owed: number, now: number): void {
    const known = this.#buckets.find(key);
    this.#buckets.note(known ?? this.#buckets.add(key), owed, now);
    if (known === undefined)
      this.#buckets.sweep(
        (old, was, at) => !this.#waiting.has(old) && owedAfter(was, now - at, this.#pace, false) <= this.#pace.least,
      );
  }

  /** Sets the timer of a key for the first call in its line. */
  #arm(waiting: Waiting): void {
    const { key, line, clock } = waiting;
    clock.clearTimer(waiting.timer);
    waiting.timer = undefined;
    const first = line.first?.value;
    if (!first) this.#waiting.delete(key);
    else {
      const ms = waitMs(this.#owed(key, clock.now()), first.charge, this.#pace);
      waiting.timer = clock.setTimer(() => this.#serve(waiting), ms);
    }
  }

  /** Admits all calls that are due. A timer may be early: then no call is due. */
  #serve(waiting: Waiting): void {
    const { key, line, clock } = waiting;
    const now = clock.now();
    for (let first = line.first?.value; first; first = line.first?.value) {
      const owed = this.#owed(key, now);
      if (waitMs(owed, first.charge, this.#pace) > 0) break;
      this.#write(key, owed + first.charge, now);
      line.next();
      waiting.charges -= first.charge;
      this.#length -= 1;
      first.admit();
    }
    this.#arm(waiting);
  }
}

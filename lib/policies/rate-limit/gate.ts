import type { Clock, Timer } from '../../core/clock.js';
import { Successes } from './successes.js';
import {
  answered,
  asOf,
  type GateState,
  held,
  limited,
  OPEN,
  type Pass,
  passed,
  passOf,
  type Refusal,
  waitMs,
} from './state.js';

/** How many times the gates of one name have closed. */
export interface GateCounts {
  closings: number;
}

/** A call that waits at a gate. */
interface Waiter {
  /** Its number in the order of all calls. Lower tickets pass first, even after a 429. */
  readonly ticket: number;
  /**
   * The earliest time at which it may pass, in milliseconds since the epoch: a call that got a 429 waits for `minWait`;
   * others do not.
   */
  readonly notBefore: number;
  /** Called when it passes, with its pass; undefined if the gate is open by then. */
  readonly admit: (pass: Pass | undefined) => void;
}

export type PlaceAtGate = Waiter;

/** Whether a call has passed at once, and its pass; `pass` is undefined if the gate is open. */
export interface Entry {
  readonly hasPassed: boolean;
  readonly pass: Pass | undefined;
}

const NOT_PASSED: Entry = Object.freeze({ hasPassed: false, pass: undefined });

/** The state of a gate and its waiting calls. Has a single timer, for the next call; none while no call waits. */
export class Gate {
  #state: GateState = OPEN;
  #listener: ((ms: number) => void) | undefined;
  #lastEpoch = 0;
  #successes = new Successes();
  /** Ordered by ticket. */
  #waiting: Waiter[] = [];
  #tickets = 0;
  #clock: Clock | undefined;
  #timer: Timer;
  /** The call for which the timer runs, and when the timer is due. */
  #nextWaiter: Waiter | undefined;
  #armedAt: number | undefined;

  /** @param counts the counters of all gates of one name */
  constructor(readonly counts: GateCounts = { closings: 0 }) {}

  /** True if it is open, without reading the clock. Every healthy call asks this. */
  get isOpen(): boolean {
    return this.#state === OPEN;
  }

  /** The number of waiting calls. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The state at `now`. */
  stateAt(now: number): GateState {
    // The gate does not open by itself while calls wait, even if its pace is slow.
    this.#state = asOf(this.#waiting.length > 0 ? held(this.#state, now) : this.#state, now);
    return this.#state;
  }

  /** True if a new call cannot pass now. */
  isClosedAt(now: number): boolean {
    return this.#firstReady(now) >= 0 || waitMs(this.stateAt(now), 0, now) > 0;
  }

  /** Whole milliseconds until a new call may pass; 0 if it may pass at once. */
  retryAfterMs(now: number): number {
    return Math.ceil(waitMs(this.stateAt(now), this.#aheadOf(this.#waiting.length, now), now));
  }

  /** The pace in calls per second; undefined while the gate is open. */
  pacePerSecond(now: number): number | undefined {
    const state = this.stateAt(now);
    return state.kind === 'limited' ? state.pace.rate * 1000 : undefined;
  }

  /** Counts a success at an open gate. Costs a decrement and a comparison. If true, call `note`. */
  succeeded(): boolean {
    return this.#successes.count();
  }

  note(now: number): void {
    this.#successes.note(now);
  }

  /** A new ticket for a call that waits or that got a 429. Lower tickets pass first. */
  ticket(): number {
    return ++this.#tickets;
  }

  /** Lets a call pass at once if possible. */
  enter(now: number): Entry {
    if (this.isClosedAt(now)) return NOT_PASSED;
    const pass = passOf(this.#state, false);
    this.#state = passed(this.#state, false, now);
    return { hasPassed: true, pass };
  }

  /** The estimated milliseconds until a call with this ticket passes. The pace may change later. */
  expectedWaitMs(ticket: number, now: number): number {
    return Math.ceil(waitMs(this.stateAt(now), this.#aheadOf(this.#indexOf(ticket), now), now));
  }

  /** Adds a waiting call, in the order of tickets. */
  join(ticket: number, clock: Clock, admit: Waiter['admit'], notBefore = 0): PlaceAtGate {
    const waiter: Waiter = { ticket, notBefore, admit };
    const place = this.#indexOf(ticket);
    this.#waiting.splice(place, 0, waiter);
    this.#clock = clock;
    this.#state = held(this.#state, clock.now());
    this.#arm();
    return waiter;
  }

  /** Removes a waiting call that has not passed. */
  quit(place: PlaceAtGate): void {
    const at = this.#waiting.indexOf(place);
    this.#waiting.splice(at, 1);
    if (this.#nextWaiter === place) this.#arm();
  }

  /** Handles a 429. True if the gate was open until now. */
  limited(refusal: Omit<Refusal, 'successRate' | 'lastEpoch'>, now: number): boolean {
    const wasOpen = this.stateAt(now).kind === 'open';
    const known = { successRate: this.#successes.rateAt(now), lastEpoch: this.#lastEpoch };
    const state = limited(this.#state, { ...refusal, ...known }, now);
    this.#state = state;
    this.#lastEpoch = state.epoch;
    this.#arm();
    if (wasOpen) this.counts.closings += 1;
    if (refusal.hintMs !== undefined) this.#listener?.(refusal.hintMs);
    return wasOpen;
  }

  /** Closes the gate because the upstream asked other processes to wait. */
  closeFor(ms: number, now: number): void {
    this.limited({ hintMs: ms, pass: undefined, minWaitMs: 0, maxGateMs: ms }, now);
  }

  /**
   * Calls `listener` whenever the upstream asks to wait, with the milliseconds. @returns a function that stops
   * listening
   */
  onClosed(listener: (ms: number) => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  /** Handles the end, without a 429, of a call that passed with `pass`. */
  answered(pass: Pass, isSuccess: boolean, now: number): void {
    this.#state = answered(this.#state, pass, isSuccess, now);
    if (this.#waiting.length > 0) this.#arm();
  }

  /** Ends the pause and the pacing. All waiting calls pass. */
  open(): void {
    this.#state = OPEN;
    this.#successes = new Successes();
    if (this.#clock) this.#serve(this.#clock);
  }

  /** The index of a ticket in the queue. */
  #indexOf(ticket: number): number {
    const waiting = this.#waiting;
    const last = waiting.at(-1);
    if (!last || last.ticket < ticket) return waiting.length;
    return waiting.findIndex((each) => each.ticket >= ticket);
  }

  /** How many of the first `place` waiting calls will probably pass before the next one. */
  #aheadOf(place: number, now: number): number {
    const state = this.stateAt(now);
    let ahead = 0;
    const isBefore = (notBefore: number): boolean => notBefore <= now || notBefore <= now + waitMs(state, ahead, now);
    const later: number[] = [];
    for (const { notBefore } of this.#waiting.slice(0, place)) {
      if (isBefore(notBefore)) ahead += 1;
      else later.push(notBefore);
    }
    for (const notBefore of later.sort((one, other) => one - other)) if (isBefore(notBefore)) ahead += 1;
    return ahead;
  }

  /** The index of the first call whose `notBefore` is not later than `at`; -1 if there is none. */
  #firstReady(at: number): number {
    return this.#waiting.findIndex(({ notBefore }) => notBefore <= at);
  }

  /** Starts the timer for the next call that passes. */
  #arm(): void {
    const clock = this.#clock;
    if (!clock) return;
    const now = clock.now();
    const pacedAt = now + Math.ceil(waitMs(this.stateAt(now), 0, now));
    const next = this.#waiting[this.#firstReady(pacedAt)] ?? soonestOf(this.#waiting);
    const at = next && Math.max(pacedAt, next.notBefore);
    this.#nextWaiter = next;
    if (at !== undefined && at === this.#armedAt) return;
    clock.clearTimer(this.#timer);
    this.#armedAt = at;
    this.#timer = at === undefined ? undefined : clock.setTimer(() => this.#serve(clock), at - now);
  }

  /** Lets every call pass that may. If a timer fires too early, none passes. */
  #serve(clock: Clock): void {
    this.#armedAt = undefined;
    const now = clock.now();
    for (
      let at = this.#firstReady(now);
      at >= 0 && waitMs(this.stateAt(now), 0, now) <= 0;
      at = this.#firstReady(now)
    ) {
      const [next] = this.#waiting.splice(at, 1) as [Waiter];
      const pass = passOf(this.#state, true);
      this.#state = passed(this.#state, true, now);
      next.admit(pass);
    }
    this.#arm();
  }
}

/** The waiting call with the earliest `notBefore`. */
function soonestOf(waiting: readonly Waiter[]): Waiter | undefined {
  return waiting.reduce<Waiter | undefined>(
    (soonest, each) => (soonest && soonest.notBefore <= each.notBefore ? soonest : each),
    undefined,
  );
}

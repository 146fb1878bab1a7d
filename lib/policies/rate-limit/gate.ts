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

/** How often gates of one name have closed. */
export interface GateCounts {
  closings: number;
}

/** A call that waits at a gate. */
interface Waiter {
  /** Its place in the order of all calls: those that came first pass first, also after a 429 of their own. */
  readonly ticket: number;
  /** When it may pass at the earliest: a call that got a 429 waits for `minWait`, and the others need not. */
  readonly notBefore: number;
  /** Called when it passes, with how it does; undefined if the gate is open by then. */
  readonly admit: (pass: Pass | undefined) => void;
}

export type PlaceAtGate = Waiter;

/** Whether a call has passed at once, and how; `pass` is undefined if the gate is open. */
export interface Entry {
  readonly hasPassed: boolean;
  readonly pass: Pass | undefined;
}

const HELD: Entry = Object.freeze({ hasPassed: false, pass: undefined });

/** A gate's memory. Nothing runs while nobody waits; while somebody does, there is one timer, for the first of them. */
export class Gate {
  #state: GateState = OPEN;
  #listener: ((ms: number) => void) | undefined;
  #successes = new Successes();
  /** In order of their tickets. */
  #waiting: Waiter[] = [];
  #tickets = 0;
  #clock: Clock | undefined;
  #timer: Timer;
  /** For whom the timer runs, and until when. */
  #next: Waiter | undefined;
  #armedAt: number | undefined;

  /** @param counts what is counted of all gates of one name */
  constructor(readonly counts: GateCounts = { closings: 0 }) {}

  /** Whether nobody need look at the clock: the question of every healthy call. */
  get isOpen(): boolean {
    return this.#state === OPEN;
  }

  /** Calls that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The state as it is now. */
  stateAt(now: number): GateState {
    // It does not open by itself while it holds somebody back, however slow its pace.
    this.#state = asOf(this.#waiting.length > 0 ? held(this.#state, now) : this.#state, now);
    return this.#state;
  }

  /** Whether nobody passes at this moment. */
  isClosedAt(now: number): boolean {
    return this.#nextOf(now) >= 0 || waitMs(this.stateAt(now), 0, now) > 0;
  }

  /** Whole milliseconds until a call that comes now may pass; 0 if it may at once. */
  retryAfterMs(now: number): number {
    return Math.ceil(waitMs(this.stateAt(now), this.#aheadOf(this.#waiting.length, now), now));
  }

  /** Calls a second that pass it, while it is paced. */
  pacePerSecond(now: number): number | undefined {
    const state = this.stateAt(now);
    return state.kind === 'limited' ? state.pace.rate * 1000 : undefined;
  }

  /** Counts a success at an open gate, for a decrement and a comparison; true if `note` is to be given the time. */
  succeeded(): boolean {
    return this.#successes.count();
  }

  note(now: number): void {
    this.#successes.note(now);
  }

  /** A ticket for a call that waits, or that got a 429: the lower one passes first. */
  ticket(): number {
    return ++this.#tickets;
  }

  /** Passes a call at once, if it may. */
  enter(now: number): Entry {
    if (this.isClosedAt(now)) return HELD;
    const pass = passOf(this.#state, false);
    this.#state = passed(this.#state, false, now);
    return { hasPassed: true, pass };
  }

  /** Milliseconds until a call with this ticket would pass, as things are now. Not exact: the pace may change. */
  expectedWaitMs(ticket: number, now: number): number {
    return Math.ceil(waitMs(this.stateAt(now), this.#aheadOf(this.#placeOf(ticket), now), now));
  }

  /** Waits in order of tickets. */
  join(ticket: number, clock: Clock, admit: Waiter['admit'], notBefore = 0): PlaceAtGate {
    const waiter: Waiter = { ticket, notBefore, admit };
    const place = this.#placeOf(ticket);
    this.#waiting.splice(place, 0, waiter);
    this.#clock = clock;
    this.#state = held(this.#state, clock.now());
    this.#arm();
    return waiter;
  }

  /** Gives up a place. Only for a call that has not passed. */
  quit(place: PlaceAtGate): void {
    const at = this.#waiting.indexOf(place);
    this.#waiting.splice(at, 1);
    if (this.#next === place) this.#arm();
  }

  /** An answer with a 429; true if the gate was open until now. */
  limited(refusal: Omit<Refusal, 'successRate'>, now: number): boolean {
    const wasOpen = this.stateAt(now).kind === 'open';
    this.#state = limited(this.#state, { ...refusal, successRate: this.#successes.rateAt(now) }, now);
    this.#arm();
    if (wasOpen) this.counts.closings += 1;
    if (refusal.hintMs !== undefined) this.#listener?.(refusal.hintMs);
    return wasOpen;
  }

  /** Others were asked to wait so long. */
  closeFor(ms: number, now: number): void {
    this.limited({ hintMs: ms, pass: undefined, minWaitMs: 0, maxGateMs: ms }, now);
  }

  /** Calls back whenever the upstream asked to wait, with for how long. @returns a function that ends it */
  onClosed(listener: (ms: number) => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  /** Any other answer to a call that passed so. */
  answered(pass: Pass, isSuccess: boolean, now: number): void {
    this.#state = answered(this.#state, pass, isSuccess, now);
    if (this.#waiting.length > 0) this.#arm();
  }

  /** Ends the pause and the pacing: everyone who waits passes. */
  open(): void {
    this.#state = OPEN;
    this.#successes = new Successes();
    if (this.#clock) this.#serve(this.#clock);
  }

  /** How many would pass before a call with this ticket. */
  #placeOf(ticket: number): number {
    const waiting = this.#waiting;
    const last = waiting.at(-1);
    if (!last || last.ticket < ticket) return waiting.length;
    return waiting.findIndex((each) => each.ticket >= ticket);
  }

  /** How many of the first `place` pass before the next one, as far as can be told now. */
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

  /** The place of the first one that may pass by itself at this moment; -1 if there is none. */
  #nextOf(at: number): number {
    return this.#waiting.findIndex(({ notBefore }) => notBefore <= at);
  }

  /** One timer, for the next one that passes. */
  #arm(): void {
    const clock = this.#clock;
    if (!clock) return;
    const now = clock.now();
    const inTurnAt = now + Math.ceil(waitMs(this.stateAt(now), 0, now));
    const next = this.#waiting[this.#nextOf(inTurnAt)] ?? soonestOf(this.#waiting);
    const at = next && Math.max(inTurnAt, next.notBefore);
    this.#next = next;
    if (at !== undefined && at === this.#armedAt) return;
    clock.clearTimer(this.#timer);
    this.#armedAt = at;
    this.#timer = at === undefined ? undefined : clock.setTimer(() => this.#ring(clock), at - now);
  }

  #ring(clock: Clock): void {
    this.#armedAt = undefined;
    this.#serve(clock);
  }

  /** Lets everyone pass who may. A timer may be early: then nobody does. */
  #serve(clock: Clock): void {
    const now = clock.now();
    for (let at = this.#nextOf(now); at >= 0 && waitMs(this.stateAt(now), 0, now) <= 0; at = this.#nextOf(now)) {
      const [next] = this.#waiting.splice(at, 1) as [Waiter];
      const pass = passOf(this.#state, true);
      this.#state = passed(this.#state, true, now);
      next.admit(pass);
    }
    this.#arm();
  }
}

/** The one that may pass by itself first. */
function soonestOf(waiting: readonly Waiter[]): Waiter | undefined {
  return waiting.reduce<Waiter | undefined>(
    (soonest, each) => (soonest && soonest.notBefore <= each.notBefore ? soonest : each),
    undefined,
  );
}

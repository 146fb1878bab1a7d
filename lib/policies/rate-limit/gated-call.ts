import type { Call } from '../../call/call.js';
import type { MethodContext } from '../../call/method-context.js';
import { count } from '../../call/stats.js';
import type { StopCause } from '../../call/scope.js';
import { type WaitingLine, waitForTurn } from '../../call/wait-for-turn.js';
import { RateLimitedError } from '../../core/errors.js';
import type { RateLimitReason } from '../../core/events.js';
import { type Failure, factsOf } from '../../core/failure.js';
import { discard } from '../../failures/discard.js';
import { isUsed } from '../../failures/once.js';
import type { Gate, PlaceAtGate } from './gate.js';
import type { RateLimitRules } from './rules.js';
import type { Pass } from './state.js';

/** The last 429 of a call. */
interface Last429 {
  readonly error: unknown;
  readonly failure: Failure;
}

/** One call at a gate. Created when the gate is closed or the call got a 429, so that a healthy call pays nothing. */
export class GatedCall {
  readonly #context: MethodContext;
  readonly #rules: RateLimitRules;
  readonly #gate: Gate;
  readonly #call: Call;
  #attempt = 0;
  #waitedMs = 0;
  #last429: Last429 | undefined;
  /** Its ticket; set at its first wait. */
  #ticket: number | undefined;
  /** Its pass; undefined while it waits, or if the gate was open. */
  #pass: Pass | undefined;

  constructor(context: MethodContext, rules: RateLimitRules, gate: Gate, call: Call) {
    this.#context = context;
    this.#rules = rules;
    this.#gate = gate;
    this.#call = call;
  }

  /**
   * Waits for the call's turn at the gate.
   * @throws the error of the call, if the wait would be too long or the call should stop
   */
  async pass(): Promise<void> {
    if (this.#context.instantRetries) return;
    const { clock } = this.#context;
    const now = clock.now();
    const entry = this.#gate.enter(now);
    this.#pass = entry.pass;
    if (entry.hasPassed) return;
    this.#throwIfStopped();
    const expectedMs = this.#gate.expectedWaitMs((this.#ticket ??= this.#gate.ticket()), now);
    if (!this.#fits(expectedMs)) this.#fail('max-wait', expectedMs);
    await this.#wait(this.#ticket, 0);
  }

  /** @param minWaitMs the shortest wait, even if the gate admits it earlier */
  async #wait(ticket: number, minWaitMs: number): Promise<void> {
    const { clock } = this.#context;
    const since = clock.now();
    const notBefore = since + minWaitMs;
    const line: WaitingLine<PlaceAtGate> = {
      join: (admit) =>
        this.#gate.join(
          ticket,
          clock,
          (pass) => {
            this.#pass = pass;
            admit();
          },
          notBefore,
        ),
      quit: (place) => this.#gate.quit(place),
    };
    const ended = await waitForTurn(line, this.#leftMs(), this.#call);
    this.#waitedMs += Math.max(0, clock.now() - since);
    try {
      this.#throwIfStopped(typeof ended === 'object' ? ended.stop : undefined);
    } catch (stopped) {
      // The call passed the gate but is not made, so it shows nothing about the limit.
      this.answered(false);
      throw stopped;
    }
    if (ended === 'late') this.#fail('max-wait', Math.max(1, this.#gate.expectedWaitMs(ticket, clock.now())));
  }

  /** Reports to the gate that the attempt ended without a 429. */
  answered(isSuccess: boolean): void {
    if (this.#pass) this.#gate.answered(this.#pass, isSuccess, this.#context.clock.now());
    this.#pass = undefined;
  }

  /**
   * After a 429: waits until the call may be made again.
   * @throws the error of the call, if it may not be made again
   */
  async recover(error: unknown, failure: Failure): Promise<void> {
    await this.#waitForRepeat(error, failure);
    count(this.#context.stats.retries, 'rate-limited');
  }

  /** True if the call was repeated after a 429. */
  get hasRepeated(): boolean {
    return this.#last429 !== undefined;
  }

  async #waitForRepeat(error: unknown, failure: Failure): Promise<void> {
    this.#attempt += 1;
    this.#last429 = { error, failure };
    const now = this.#context.clock.now();
    const { retryAfterMs: hintMs } = failure;
    const { minWaitMs, maxGateMs } = this.#rules;
    const refusal = { hintMs, pass: this.#pass, minWaitMs, maxGateMs };
    const wasOpen = !this.#context.instantRetries && this.#gate.limited(refusal, now);
    this.#pass = undefined;
    this.#ticket ??= this.#gate.ticket();
    if (wasOpen) this.#emit({ waitMs: Math.max(minWaitMs, this.#gate.retryAfterMs(now)) });
    const pauseMs = this.#context.instantRetries ? 0 : this.#gate.expectedWaitMs(this.#ticket, now);
    const waitMs = Math.max(hintMs ?? 0, pauseMs, minWaitMs);
    this.#checkRepeat(waitMs, hintMs === undefined ? undefined : Math.max(hintMs, minWaitMs));
    discard(error);
    if (!this.#context.instantRetries) await this.#wait(this.#ticket, minWaitMs);
  }

  /** @throws if the call may not be repeated after `waitMs` */
  #checkRepeat(waitMs: number, retryAfterMs: number | undefined): void {
    this.#throwIfStopped();
    if (this.#attempt >= this.#rules.maxAttempts) this.#fail('attempts');
    if (isUsed(this.#call.args)) this.#fail('body');
    if (!this.#fits(waitMs)) this.#fail('max-wait', retryAfterMs);
  }

  /** `<`: a wait until the deadline leaves no time for the call. */
  #fits(waitMs: number): boolean {
    return waitMs <= this.#rules.maxWaitMs - this.#waitedMs && waitMs < this.#call.stop.leftMs;
  }

  /** @param stopped the cause that ended a wait; it may no longer apply */
  #throwIfStopped(stopped?: StopCause): void {
    const cause = this.#call.stop.cause ?? stopped;
    if (cause === undefined) return;
    if (cause === 'aborted' || cause === 'circuit-open') this.#fail(cause);
    // Time limits and hedges emit their own events.
    throw this.#call.stop.error;
  }

  #leftMs(): number {
    return Math.min(this.#rules.maxWaitMs - this.#waitedMs, this.#call.stop.leftMs);
  }

  #fail(reason: RateLimitReason, retryAfterMs?: number): never {
    this.#emit({ reason, ...(retryAfterMs !== undefined && { retryAfterMs: Math.ceil(retryAfterMs) }) });
    const last = this.#last429;
    switch (reason) {
      case 'aborted':
        throw this.#call.stop.error;
      case 'circuit-open':
        throw last
          ? last.error
          : this.#call.admission.circuit?.rejection(() => this.#context.clock.now(), this.#context.method);
      case 'attempts':
      case 'body':
      case 'max-wait':
        // Without a hint, a `RateLimitedError` would tell no more than the upstream's error.
        if (retryAfterMs === undefined) throw (last as Last429).error;
        throw new RateLimitedError(retryAfterMs, { ...this.#ofCall(), ...(last && { cause: last.error }) });
    }
  }

  #ofCall(): { method: string; circuit?: string } {
    const { circuit } = this.#call.admission;
    return { method: this.#context.method, ...(circuit && { circuit: circuit.name }) };
  }

  #emit(facts: { waitMs?: number; retryAfterMs?: number; reason?: RateLimitReason }): void {
    this.#context.channel('rate_limited').audience(this.#context.clock.now())?.({
      type: 'rate_limited',
      ...this.#ofCall(),
      ...(this.#last429 && {
        attempt: this.#attempt,
        maxAttempts: this.#rules.maxAttempts,
        ...factsOf(this.#last429.failure),
      }),
      ...facts,
    });
  }
}

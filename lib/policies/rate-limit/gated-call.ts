import type { Call } from '../../call/call.js';
import type { Site } from '../../call/site.js';
import { count } from '../../call/stats.js';
import type { StopCause } from '../../call/stop.js';
import { type WaitingLine, waitForTurn } from '../../call/wait-for-turn.js';
import { RateLimitedError } from '../../core/errors.js';
import type { RateLimitReason } from '../../core/events.js';
import { type Failure, factsOf } from '../../core/failure.js';
import { discard } from '../../failures/discard.js';
import { isUsed } from '../../failures/once.js';
import type { Gate, PlaceAtGate } from './gate.js';
import type { RateLimitRules } from './rules.js';
import type { Pass } from './state.js';

/** The 429 that a call has last been answered with. */
interface Answered {
  readonly error: unknown;
  readonly failure: Failure;
}

/** What one call does at the gate: made when it is closed or the call got a 429, so that a healthy call pays nothing. */
export class Visit {
  readonly #site: Site;
  readonly #rules: RateLimitRules;
  readonly #gate: Gate;
  readonly #call: Call;
  #attempt = 0;
  #waitedMs = 0;
  #last: Answered | undefined;
  /** Its place among all calls, from its first wait on. */
  #ticket: number | undefined;
  /** How it passed; undefined while it waits, or if the gate was open. */
  #pass: Pass | undefined;

  constructor(site: Site, rules: RateLimitRules, gate: Gate, call: Call) {
    this.#site = site;
    this.#rules = rules;
    this.#gate = gate;
    this.#call = call;
  }

  /**
   * Waits for the call's turn at the gate.
   * @throws what the call fails with, if it may not wait as long or no longer
   */
  async pass(): Promise<void> {
    if (this.#site.instantRetries) return;
    const { clock } = this.#site;
    const now = clock.now();
    const entry = this.#gate.enter(now);
    this.#pass = entry.pass;
    if (entry.hasPassed) return;
    this.#heedStop();
    const expectedMs = this.#gate.expectedWaitMs((this.#ticket ??= this.#gate.ticket()), now);
    if (!this.#fits(expectedMs)) this.#end('max-wait', expectedMs);
    await this.#wait(this.#ticket, 0);
  }

  /** @param minWaitMs the shortest wait, whatever the gate says */
  async #wait(ticket: number, minWaitMs: number): Promise<void> {
    const { clock } = this.#site;
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
      this.#heedStop(typeof ended === 'object' ? ended.stop : undefined);
    } catch (stopped) {
      // A call that has passed and is not made after all has proved nothing.
      this.answered(false);
      throw stopped;
    }
    if (ended === 'late') this.#end('max-wait', Math.max(1, this.#gate.expectedWaitMs(ticket, clock.now())));
  }

  /** The attempt has ended, and not with a 429. */
  answered(isSuccess: boolean): void {
    if (this.#pass) this.#gate.answered(this.#pass, isSuccess, this.#site.clock.now());
    this.#pass = undefined;
  }

  /**
   * After a 429: waits until the call may be made again.
   * @throws what the call fails with, if it may not
   */
  async recover(error: unknown, failure: Failure): Promise<void> {
    await this.#untilNext(error, failure);
    count(this.#site.stats.retries, 'rate-limited');
  }

  /** True if the call was made again after a 429. */
  get hasRepeated(): boolean {
    return this.#last !== undefined;
  }

  async #untilNext(error: unknown, failure: Failure): Promise<void> {
    this.#attempt += 1;
    this.#last = { error, failure };
    const now = this.#site.clock.now();
    const { retryAfterMs: hintMs } = failure;
    const { minWaitMs, maxGateMs } = this.#rules;
    const refusal = { hintMs, pass: this.#pass, minWaitMs, maxGateMs };
    const isNews = !this.#site.instantRetries && this.#gate.limited(refusal, now);
    this.#pass = undefined;
    this.#ticket ??= this.#gate.ticket();
    if (isNews) this.#tell({ waitMs: Math.max(minWaitMs, this.#gate.retryAfterMs(now)) });
    const pauseMs = this.#site.instantRetries ? 0 : this.#gate.expectedWaitMs(this.#ticket, now);
    const waitMs = Math.max(hintMs ?? 0, pauseMs, minWaitMs);
    this.#goOn(waitMs, hintMs === undefined ? undefined : Math.max(hintMs, minWaitMs));
    discard(error);
    if (!this.#site.instantRetries) await this.#wait(this.#ticket, minWaitMs);
  }

  /** @throws if the call may not be made again after `waitMs` */
  #goOn(waitMs: number, retryAfterMs: number | undefined): void {
    this.#heedStop();
    if (this.#attempt >= this.#rules.maxAttempts) this.#end('attempts');
    if (isUsed(this.#call.args)) this.#end('body');
    if (!this.#fits(waitMs)) this.#end('max-wait', retryAfterMs);
  }

  /** A wait that goes on until the deadline leaves no time for the call. */
  #fits(waitMs: number): boolean {
    return waitMs <= this.#rules.maxWaitMs - this.#waitedMs && waitMs < this.#call.stop.leftMs;
  }

  /** @param stopped the cause that ended a wait, which may be gone by now */
  #heedStop(stopped?: StopCause): void {
    const cause = this.#call.stop.cause ?? stopped;
    if (cause === undefined) return;
    if (cause === 'aborted' || cause === 'circuit-open') this.#end(cause);
    // The limit of the whole call emits its end itself, and so does a hedge.
    throw this.#call.stop.error;
  }

  #leftMs(): number {
    return Math.min(this.#rules.maxWaitMs - this.#waitedMs, this.#call.stop.leftMs);
  }

  #end(reason: RateLimitReason, retryAfterMs?: number): never {
    this.#tell({ reason, ...(retryAfterMs !== undefined && { retryAfterMs: Math.ceil(retryAfterMs) }) });
    const last = this.#last;
    switch (reason) {
      case 'aborted':
        throw this.#call.stop.error;
      case 'circuit-open':
        throw last
          ? last.error
          : this.#call.admission.circuit?.rejection(() => this.#site.clock.now(), this.#site.method);
      case 'attempts':
      case 'body':
      case 'max-wait':
        // Without a hint, our error would say no more than the upstream's own.
        if (retryAfterMs === undefined) throw (last as Answered).error;
        throw new RateLimitedError(retryAfterMs, { ...this.#ofCall(), ...(last && { cause: last.error }) });
    }
  }

  #ofCall(): { method: string; circuit?: string } {
    const { circuit } = this.#call.admission;
    return { method: this.#site.method, ...(circuit && { circuit: circuit.name }) };
  }

  #tell(said: { waitMs?: number; retryAfterMs?: number; reason?: RateLimitReason }): void {
    this.#site.channel('rate_limited').audience(this.#site.clock.now())?.({
      type: 'rate_limited',
      ...this.#ofCall(),
      ...(this.#last && {
        attempt: this.#attempt,
        maxAttempts: this.#rules.maxAttempts,
        ...factsOf(this.#last.failure),
      }),
      ...said,
    });
  }
}

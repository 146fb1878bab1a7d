import type { Call } from '../../core/call.js';
import { RateLimitedError } from '../../core/errors.js';
import type { RateLimitReason } from '../../core/events.js';
import { type Failure, factsOf } from '../../core/failure.js';
import type { Site } from '../../core/site.js';
import { wait } from '../../core/wait.js';
import type { Gate } from './gate.js';
import type { RateLimitRules } from './rules.js';
import type { Pass } from './state.js';
import { turn } from './turn.js';

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
  readonly #signal: AbortSignal | undefined;
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
    this.#signal = site.signalOf(call.args);
  }

  /**
   * Waits for the call's turn at the gate.
   * @throws what the call fails with, when it may not wait as long or no longer
   */
  async pass(): Promise<void> {
    if (this.#site.instantRetries) return;
    const { clock } = this.#site;
    const now = clock.now();
    const entry = this.#gate.enter(now);
    this.#pass = entry.pass;
    if (entry.hasPassed) return;
    this.#heedInterruption();
    const expectedMs = this.#gate.expectedWaitMs((this.#ticket ??= this.#gate.ticket()), now);
    if (expectedMs > this.#leftMs() || !this.#fits(expectedMs)) this.#end('max-wait', expectedMs);
    const { ended, pass } = await turn(this.#gate, this.#ticket, clock, this.#leftMs(), this.#signal, this.#call);
    this.#waitedMs += Math.max(0, clock.now() - now);
    this.#pass = pass;
    // A call that has passed and is not made after all has proved nothing.
    try {
      this.#heedInterruption();
    } catch (interruption) {
      this.answered(false);
      throw interruption;
    }
    if (ended === 'late') this.#end('max-wait', Math.max(1, this.#gate.expectedWaitMs(this.#ticket, clock.now())));
    if (ended === 'left') this.#end('circuit-open');
  }

  /** The attempt has ended, and not with a 429. */
  answered(isSuccess: boolean): void {
    if (this.#pass) this.#gate.answered(this.#pass, isSuccess, this.#site.clock.now());
    this.#pass = undefined;
  }

  /**
   * After a 429: waits until the call may be made again.
   * @throws what the call fails with, when it may not
   */
  async recover(error: unknown, failure: Failure): Promise<void> {
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
    this.#goOn(
      Math.max(hintMs ?? 0, pauseMs, minWaitMs),
      hintMs === undefined ? undefined : Math.max(hintMs, minWaitMs),
    );
    if (this.#site.instantRetries) return;
    // The others need not wait so long.
    await this.#wait(minWaitMs);
    return this.pass();
  }

  /** @throws when the call may not be made again after `waitMs` */
  #goOn(waitMs: number, retryAfterMs: number | undefined): void {
    this.#heedInterruption();
    if (this.#attempt >= this.#rules.maxAttempts) this.#end('attempts');
    if (waitMs > this.#leftMs()) this.#end('max-wait', retryAfterMs);
  }

  async #wait(ms: number): Promise<void> {
    this.#heedInterruption();
    const { clock } = this.#site;
    const since = clock.now();
    const isRefused = await wait(clock, ms, this.#signal, this.#call);
    this.#waitedMs += Math.max(0, clock.now() - since);
    this.#heedInterruption();
    if (isRefused) this.#end('circuit-open');
  }

  #heedInterruption(): void {
    if (this.#signal?.aborted) this.#end('aborted');
    // The limit of the whole call has ended: it has told so itself.
    if (this.#call.limit?.ended) throw this.#call.limit.ended.reason;
    if (this.#call.admission.isTurnedAway) this.#end('circuit-open');
  }

  #leftMs(): number {
    return Math.min(this.#rules.maxWaitMs - this.#waitedMs, this.#untilDeadlineMs());
  }

  /** Whether anything is left of the call's time after a wait, its share of the release included. */
  #fits(waitMs: number): boolean {
    return waitMs < this.#untilDeadlineMs();
  }

  #untilDeadlineMs(): number {
    const { limit } = this.#call;
    return limit ? limit.deadline - this.#site.clock.now() : Number.POSITIVE_INFINITY;
  }

  #end(reason: RateLimitReason, retryAfterMs?: number): never {
    this.#tell({ reason, ...(retryAfterMs !== undefined && { retryAfterMs: Math.ceil(retryAfterMs) }) });
    const last = this.#last;
    switch (reason) {
      case 'aborted':
        throw this.#signal?.reason;
      case 'circuit-open':
        throw last ? last.error : this.#call.admission.circuit?.refusalOf(() => this.#site.clock.now());
      case 'attempts':
      case 'max-wait':
        // Where nothing is said of how long it lasts, the upstream's own error says as much as one of ours.
        if (retryAfterMs === undefined) throw (last as Answered).error;
        throw new RateLimitedError(retryAfterMs, last && { cause: last.error });
    }
  }

  #tell(said: { waitMs?: number; retryAfterMs?: number; reason?: RateLimitReason }): void {
    const { circuit } = this.#call.admission;
    this.#site.channel('rate_limited').audience(this.#site.clock.now())?.({
      type: 'rate_limited',
      method: this.#site.method,
      ...(circuit && { circuit: circuit.name }),
      ...(this.#last && {
        attempt: this.#attempt,
        maxAttempts: this.#rules.maxAttempts,
        ...factsOf(this.#last.failure),
      }),
      ...said,
    });
  }
}

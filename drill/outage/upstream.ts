import type { Random } from 'holdfast';
import { type Fault, type FaultServer, type RecordedRequest, startFaultServer } from 'holdfast/testing';
import { CAPACITY, FLAKY, PHASES, type PhaseName, RATE_LIMIT, RECOVERY, SLOW, STALLED } from './scenario.js';
import { seeded } from './seeded.js';
import { Workers } from './workers.js';

/** An embedded server that goes through the phases. */
export class Upstream {
  readonly #workers = new Workers();
  #random: Random;
  #phase: PhaseName = 'healthy';
  #enteredAt = 0;
  #durationMs = 0;
  /** When the requests of the last window arrived, rejected ones included. */
  #recent: number[] = [];

  private constructor(
    private readonly server: FaultServer,
    private readonly seed: number,
  ) {
    this.#random = seeded(seed);
    server.always((request) => this.#faultFor(request, performance.now()));
  }

  static async start(seed: number): Promise<Upstream> {
    return new Upstream(await startFaultServer(), seed);
  }

  get baseUrl(): string {
    return this.server.baseUrl;
  }

  async enter(phase: PhaseName, durationMs: number): Promise<void> {
    const wasDown = this.#phase === 'down';
    this.#phase = phase;
    // Seeded again, so that the nth request of a phase draws the same fault, however many came before the phase.
    this.#random = seeded(this.seed + PHASES.findIndex(({ name }) => name === phase));
    this.#durationMs = durationMs;
    this.#enteredAt = performance.now();
    if (phase === 'down') await this.server.refuse();
    if (!wasDown) return;
    this.#workers.restart();
    await this.server.accept();
  }

  /** How many requests it processed whose caller had left. */
  get abandoned(): number {
    // A stream that stalls costs the server no work: leaving it wastes none.
    const { requests } = this.server;
    return requests.filter(({ outcome, fault }) => outcome === 'aborted' && fault.type !== 'stream-stall').length;
  }

  close(): Promise<void> {
    return this.server.close();
  }

  #faultFor({ path, body }: RecordedRequest, now: number): Fault {
    const [chance, size] = [this.#random(), this.#random()];
    const untilRoom = this.#phase === 'rate-limited' ? this.#overLimit(now) : undefined;
    if (untilRoom !== undefined) return { type: 'rate-limit', retryAfterMs: untilRoom };
    const fault = this.#phase === 'flaky' ? flakyFault(chance) : undefined;
    if (fault !== undefined && fault !== 'cut') return fault;
    const work = path.endsWith('/embeddings') ? CAPACITY.embeddingMs : CAPACITY.answerMs;
    const delayMs = this.#workers.take(now, (work * (0.5 + size)) / this.#speed(now));
    if (delayMs === undefined) return { type: 'status', status: 503 };
    if (fault === 'cut') return { type: 'body-cut', delayMs };
    // Callers of the previous phase, who do not stream, may still wait for a whole answer.
    const words = this.#phase === 'stalled' && wantsStream(body) ? wordsBeforeStall(chance) : undefined;
    // The first chunk has no word yet.
    return words === undefined ? { type: 'ok', delayMs } : { type: 'stream-stall', delayMs, afterChunks: 1 + words };
  }

  /** Milliseconds until the rate limit has room for one more request; undefined if it has room now. */
  #overLimit(now: number): number | undefined {
    const { requests, windowMs } = RATE_LIMIT;
    this.#recent = [...this.#recent.filter((at) => at > now - windowMs), now];
    const freesAt = (this.#recent.at(-requests) ?? now) + windowMs;
    return this.#recent.length > requests ? Math.ceil(freesAt - now) : undefined;
  }

  #speed(now: number): number {
    if (this.#phase === 'slow') return SLOW.speed;
    if (this.#phase !== 'recovering') return 1;
    const progress = (now - this.#enteredAt) / (this.#durationMs * RECOVERY.wholeAfter);
    return Math.min(1, RECOVERY.speed + (1 - RECOVERY.speed) * progress);
  }
}

/** Whether a request asks for a stream. */
function wantsStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'stream' in body && body.stream === true;
}

/** The number of words before an answer stalls; undefined if it does not stall, like most. */
function wordsBeforeStall(chance: number): number | undefined {
  const { share, mostWords } = STALLED;
  return chance < share ? Math.floor((chance / share) * (mostWords + 1)) : undefined;
}

/** The fault of a request in the flaky phase: `'cut'` if the answer breaks off, undefined if there is none, as for most. */
function flakyFault(chance: number): Fault | 'cut' | undefined {
  const { reset, status500, status503, cutAnswer } = FLAKY;
  if (chance < reset) return 'reset';
  if (chance < reset + status500) return { type: 'status', status: 500 };
  if (chance < reset + status500 + status503) return { type: 'status', status: 503 };
  return chance < reset + status500 + status503 + cutAnswer ? 'cut' : undefined;
}

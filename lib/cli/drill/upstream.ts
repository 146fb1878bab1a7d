import type { Random } from '../../core/random.js';
import { read } from '../../failures/reading.js';
import {
  type Fault,
  type FaultServer,
  type RecordedRequest,
  startFaultServer,
} from '../../testing/fault-server/index.js';
import { CAPACITY, FLAKY, PHASES, type PhaseName, RATE_LIMIT, RECOVERY, SLOW, STALLED } from './scenario.js';
import { seeded } from './seeded.js';
import { Workers } from './workers.js';

/** The embedded server, going through the phases. */
export class Upstream {
  readonly #workers = new Workers();
  #random: Random;
  #phase: PhaseName = 'healthy';
  #enteredAt = 0;
  #durationMs = 0;
  /** When the requests of the last window came, those that were turned away too. */
  #recent: number[] = [];

  private constructor(
    private readonly server: FaultServer,
    private readonly seed: number,
  ) {
    this.#random = seeded(seed);
    server.always((request) => this.#fate(request, performance.now()));
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
    // Begun anew, so that the nth request of a phase has the same luck whatever was sent before it.
    this.#random = seeded(this.seed + PHASES.findIndex(({ name }) => name === phase));
    this.#durationMs = durationMs;
    this.#enteredAt = performance.now();
    if (phase === 'down') await this.server.refuse();
    if (!wasDown) return;
    this.#workers.restart();
    await this.server.accept();
  }

  /** How many requests it worked on whose caller had left by then. */
  get abandoned(): number {
    // Whoever leaves a stream that stalls has not made it work for nothing.
    const { requests } = this.server;
    return requests.filter(({ outcome, fault }) => outcome === 'aborted' && fault.type !== 'stream-stall').length;
  }

  close(): Promise<void> {
    return this.server.close();
  }

  #fate({ path, body }: RecordedRequest, now: number): Fault {
    const [chance, size] = [this.#random(), this.#random()];
    const untilRoom = this.#phase === 'rate-limited' ? this.#overLimit(now) : undefined;
    if (untilRoom !== undefined) return { type: 'rate-limit', retryAfterMs: untilRoom };
    const breakage = this.#phase === 'flaky' ? breakageFor(chance) : undefined;
    if (breakage !== undefined && breakage !== 'cut') return breakage;
    const work = path.endsWith('/embeddings') ? CAPACITY.embeddingMs : CAPACITY.answerMs;
    const delayMs = this.#workers.take(now, (work * (0.5 + size)) / this.#speed(now));
    if (delayMs === undefined) return { type: 'status', status: 503 };
    if (breakage === 'cut') return { type: 'body-cut', delayMs };
    // Callers of the phase before may still wait for a whole answer.
    const words = this.#phase === 'stalled' && read(body, 'stream') === true ? wordsBeforeStall(chance) : undefined;
    // The first chunk holds no word yet.
    return words === undefined ? { type: 'ok', delayMs } : { type: 'stream-stall', delayMs, afterChunks: 1 + words };
  }

  /** Milliseconds until there is room for one more, when the last window has had its requests. */
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

/** How many words of an answer come before it stalls: undefined for most, which do not. */
function wordsBeforeStall(chance: number): number | undefined {
  const { share, mostWords } = STALLED;
  return chance < share ? Math.floor((chance / share) * (mostWords + 1)) : undefined;
}

/** What befalls a request of the flaky phase: undefined for most, `'cut'` for one whose answer breaks off. */
function breakageFor(chance: number): Fault | 'cut' | undefined {
  const { reset, status500, status503, cutAnswer } = FLAKY;
  if (chance < reset) return 'reset';
  if (chance < reset + status500) return { type: 'status', status: 500 };
  if (chance < reset + status500 + status503) return { type: 'status', status: 503 };
  return chance < reset + status500 + status503 + cutAnswer ? 'cut' : undefined;
}

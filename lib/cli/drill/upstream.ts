import type { Random } from '../../core/random.js';
import {
  type Fault,
  type FaultServer,
  type RecordedRequest,
  startFaultServer,
} from '../../testing/fault-server/index.js';
import { CAPACITY, FLAKY, PHASES, type PhaseName, RATE_LIMIT, RECOVERY } from './scenario.js';
import { seeded } from './seeded.js';
import { Workers } from './workers.js';

/** The embedded server, going through the phases. */
export class Upstream {
  readonly #workers = new Workers();
  #random: Random;
  #phase: PhaseName = 'healthy';
  #enteredAt = 0;
  #durationMs = 0;
  #window = { startsAt: 0, requests: 0 };

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
    return this.server.requests.filter(({ outcome }) => outcome === 'aborted').length;
  }

  close(): Promise<void> {
    return this.server.close();
  }

  #fate({ path }: RecordedRequest, now: number): Fault {
    const [chance, size] = [this.#random(), this.#random()];
    const untilNextWindow = this.#phase === 'rate-limited' ? this.#overLimit(now) : undefined;
    if (untilNextWindow !== undefined) return { type: 'rate-limit', retryAfterMs: untilNextWindow };
    const breakage = this.#phase === 'flaky' ? breakageFor(chance) : undefined;
    if (breakage !== undefined && breakage !== 'cut') return breakage;
    const work = path.endsWith('/embeddings') ? CAPACITY.embeddingMs : CAPACITY.answerMs;
    const delayMs = this.#workers.take(now, (work * (0.5 + size)) / this.#speed(now));
    if (delayMs === undefined) return { type: 'status', status: 503 };
    return breakage === 'cut' ? { type: 'body-cut', delayMs } : { type: 'ok', delayMs };
  }

  /** Milliseconds until the next window, when this one has had its requests. */
  #overLimit(now: number): number | undefined {
    if (now - this.#window.startsAt >= RATE_LIMIT.windowMs) this.#window = { startsAt: now, requests: 0 };
    this.#window.requests += 1;
    if (this.#window.requests <= RATE_LIMIT.requests) return undefined;
    return Math.ceil(this.#window.startsAt + RATE_LIMIT.windowMs - now);
  }

  #speed(now: number): number {
    if (this.#phase !== 'recovering') return 1;
    const progress = (now - this.#enteredAt) / (this.#durationMs * RECOVERY.wholeAfter);
    return Math.min(1, RECOVERY.speed + (1 - RECOVERY.speed) * progress);
  }
}

/** What befalls a request of the flaky phase: undefined for most, `'cut'` for one whose answer breaks off. */
function breakageFor(chance: number): Fault | 'cut' | undefined {
  const { reset, status500, status503, cutAnswer } = FLAKY;
  if (chance < reset) return 'reset';
  if (chance < reset + status500) return { type: 'status', status: 500 };
  if (chance < reset + status500 + status503) return { type: 'status', status: 503 };
  return chance < reset + status500 + status503 + cutAnswer ? 'cut' : undefined;
}

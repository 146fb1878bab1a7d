// What happens in the drill. Every figure is the same for both sides.

export type PhaseName = 'healthy' | 'flaky' | 'stalled' | 'rate-limited' | 'slow' | 'down' | 'recovering';

/** A part of the drill in which the upstream behaves in one way. */
export interface Phase {
  readonly name: PhaseName;
  /** Its share of the whole time. */
  readonly share: number;
  /** For the user: what the upstream does. */
  readonly description: string;
  /** Milliseconds after which a caller leaves. */
  readonly patienceMs: number;
  /** Whether callers read the answer as a stream. */
  readonly streams?: true;
  /** The share of the phase after which nobody asks any more. Default: 1, they ask to its end. */
  readonly peak?: number;
}

/** An open workload: callers do not slow down when the upstream does. */
export const LOAD = {
  /** Milliseconds between two questions on average, in a Poisson process. */
  gapMs: 50,
  /** Milliseconds after which a caller leaves. */
  patienceMs: 3000,
  /** The same at the rate limit, where the upstream itself asks callers to wait. */
  patienceAtLimitMs: 6000,
  /** Passages for each question. */
  context: 3,
} as const;

/** The embedded server takes any names. */
export const MODELS = { embedding: 'text-embedding-3-small', dimensions: 256, chat: 'gpt-5-mini' } as const;

/**
 * The upstream works like most services: requests wait in one queue for a few workers. The server does not notice when a
 * caller has left, and processes the request anyway. A healthy server is busy for two thirds of the time. When calls take
 * longer than callers wait, all its work is wasted; clients that send each request three times then keep it in this state,
 * although it could serve every question once. That is a metastable failure:
 * https://sigops.org/s/conferences/hotos/2021/papers/hotos21-s11-bronson.pdf
 */
export const CAPACITY = {
  workers: 3,
  embeddingMs: 20,
  answerMs: 80,
  /** A request that would wait longer than these milliseconds is rejected with a 503. */
  longestWaitMs: 2000,
} as const;

/** Probabilities for each request in the flaky phase. An answer that breaks off has cost the server its work. */
export const FLAKY = { reset: 0.05, status500: 0.05, status503: 0.05, cutAnswer: 0.1 } as const;

/**
 * In the rate-limited phase: so many requests in the window before each request. The 429 says when there is room for one
 * more. Rejected requests count too, so clients that keep asking stay rejected, as with OpenAI
 * (https://help.openai.com/en/articles/5955604). The questions are a peak that passes: against a rate that is always too
 * high, waiting does not help.
 */
export const RATE_LIMIT = { requests: 32, windowMs: 1000, peak: 0.5 } as const;

/** The probability that an answer stalls in the stalled phase: before or after its first word; the connection stays open. */
export const STALLED = { share: 0.3, mostWords: 1 } as const;

/** In the slow phase requests take so long that the workers cannot keep up. */
export const SLOW = { speed: 0.2 } as const;

/** In the recovering phase: the speed at first, and the share of the phase after which it is at full speed. */
export const RECOVERY = { speed: 0.4, wholeAfter: 0.6 } as const;

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const { reset, status500, status503, cutAnswer } = FLAKY;
const { patienceMs, patienceAtLimitMs } = LOAD;

export const PHASES: readonly Phase[] = [
  { name: 'healthy', share: 0.1, description: 'every request is answered', patienceMs },
  {
    name: 'flaky',
    share: 0.15,
    description: `${percent(reset + status500 + status503)} of the requests fail at once, ${percent(cutAnswer)} within the answer`,
    patienceMs,
  },
  {
    name: 'stalled',
    share: 0.12,
    description: `${percent(STALLED.share)} of the streamed answers begin and then stop`,
    patienceMs,
    streams: true,
  },
  {
    name: 'rate-limited',
    share: 0.18,
    description: `a peak of questions meets a limit of ${RATE_LIMIT.requests} requests/s`,
    patienceMs: patienceAtLimitMs,
    peak: RATE_LIMIT.peak,
  },
  { name: 'slow', share: 0.15, description: `every request takes ${1 / SLOW.speed} times as long`, patienceMs },
  { name: 'down', share: 0.15, description: 'connections are refused', patienceMs },
  {
    name: 'recovering',
    share: 0.15,
    description: `it is back at ${percent(RECOVERY.speed)} of its speed, and gets faster`,
    patienceMs,
  },
];

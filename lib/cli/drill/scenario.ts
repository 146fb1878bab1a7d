// What happens in the drill. Nothing here favours one side: every figure holds for both.

export type PhaseName = 'healthy' | 'flaky' | 'rate-limited' | 'stalled' | 'slow' | 'down' | 'recovering';

/** A stretch of the drill in which the upstream behaves in one way. */
export interface Phase {
  readonly name: PhaseName;
  /** Its part of the whole time. */
  readonly share: number;
  /** For people: what the upstream does. */
  readonly says: string;
  /** Milliseconds after which a caller leaves. */
  readonly patienceMs: number;
  /** Whether callers read the answer as it comes. */
  readonly streams?: true;
  /** The part of the phase after which nobody asks any more; by default they ask to its end. */
  readonly peak?: number;
}

/** Callers do not slow down when the upstream does: they ask at moments of their own. */
export const LOAD = {
  /** Milliseconds between two questions on average; the gaps are drawn as those of a Poisson process. */
  gapMs: 50,
  /** Milliseconds after which a caller leaves. */
  patienceMs: 3000,
  /** The same while the upstream limits the rate: a wait that it asks for itself is one that can be worth it. */
  patienceAtLimitMs: 6000,
  /** Passages that are handed to each question. */
  context: 3,
} as const;

/** The embedded server takes any names; they and the vectors' length are the same for both sides. */
export const MODELS = { embedding: 'text-embedding-3-small', dimensions: 256, chat: 'gpt-5-mini' } as const;

/**
 * The upstream works as most services do: requests wait in one line for a few workers, and those whose caller has left
 * are worked off all the same, for the server does not notice. Healthy it is busy for two thirds of its time. When calls
 * take longer than callers wait, it works for nobody; and whoever then repeats each request three times keeps it there,
 * though it could serve every question once. That is a metastable failure:
 * https://sigops.org/s/conferences/hotos/2021/papers/hotos21-s11-bronson.pdf
 */
export const CAPACITY = {
  workers: 3,
  embeddingMs: 20,
  answerMs: 80,
  /** Milliseconds of waiting beyond which a request is turned away with a 503. */
  longestWaitMs: 2000,
} as const;

/** In the flaky phase, by chance for each request. What breaks inside the answer has cost the server its work. */
export const FLAKY = { reset: 0.05, status500: 0.05, status503: 0.05, cutAnswer: 0.1 } as const;

/**
 * In the rate-limited phase, for the window behind each request. The 429 says when there will be room for one more; but
 * requests that are turned away count too, so that who keeps asking is kept out, as it is with OpenAI
 * (https://help.openai.com/en/articles/5955604). The questions are a peak that passes, for waiting is of no use against
 * a rate that is too high all day.
 */
export const RATE_LIMIT = { requests: 32, windowMs: 1000, peak: 0.5 } as const;

/** In the stalled phase, by chance for each answer: it stops before its first word or after it, the connection stays. */
export const STALLED = { share: 0.3, mostWords: 1 } as const;

/** In the slow phase every request takes longer, so that there is work for more servers than there are. */
export const SLOW = { speed: 0.2 } as const;

/** In the recovering phase: the speed at first, and the part of the phase after which it is whole again. */
export const RECOVERY = { speed: 0.4, wholeAfter: 0.6 } as const;

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const { reset, status500, status503, cutAnswer } = FLAKY;
const { patienceMs, patienceAtLimitMs } = LOAD;

export const PHASES: readonly Phase[] = [
  { name: 'healthy', share: 0.1, says: 'every request is answered', patienceMs },
  {
    name: 'flaky',
    share: 0.15,
    says: `${percent(reset + status500 + status503)} of the requests fail at once, ${percent(cutAnswer)} within the answer`,
    patienceMs,
  },
  {
    name: 'rate-limited',
    share: 0.18,
    says: `a peak of questions meets a limit of ${RATE_LIMIT.requests} requests/s`,
    patienceMs: patienceAtLimitMs,
    peak: RATE_LIMIT.peak,
  },
  {
    name: 'stalled',
    share: 0.12,
    says: `${percent(STALLED.share)} of the streamed answers begin and then stop`,
    patienceMs,
    streams: true,
  },
  { name: 'slow', share: 0.15, says: `every request takes ${1 / SLOW.speed} times as long`, patienceMs },
  { name: 'down', share: 0.15, says: 'connections are refused', patienceMs },
  {
    name: 'recovering',
    share: 0.15,
    says: `it is back at ${percent(RECOVERY.speed)} of its speed, and gets faster`,
    patienceMs,
  },
];

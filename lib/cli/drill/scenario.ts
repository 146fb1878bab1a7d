// What happens in the drill. Nothing here favours one side: every figure holds for both.

export type PhaseName = 'healthy' | 'flaky' | 'rate-limited' | 'down' | 'recovering';

/** A stretch of the drill in which the upstream behaves in one way. */
export interface Phase {
  readonly name: PhaseName;
  /** Its part of the whole time. */
  readonly share: number;
  /** For people: what the upstream does. */
  readonly says: string;
}

/** Callers do not slow down when the upstream does: they ask at moments of their own. */
export const LOAD = {
  /** Milliseconds between two questions on average; the gaps are drawn as those of a Poisson process. */
  gapMs: 50,
  /** Milliseconds after which a caller leaves. */
  patienceMs: 3000,
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

/** In the rate-limited phase. The 429 says how long it is until the next window. */
export const RATE_LIMIT = { requests: 25, windowMs: 1000 } as const;

/** In the recovering phase: the speed at first, and the part of the phase after which it is whole again. */
export const RECOVERY = { speed: 0.4, wholeAfter: 0.6 } as const;

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const { reset, status500, status503, cutAnswer } = FLAKY;

export const PHASES: readonly Phase[] = [
  { name: 'healthy', share: 0.13, says: 'every request is answered' },
  {
    name: 'flaky',
    share: 0.24,
    says: `${percent(reset + status500 + status503)} of the requests fail at once, ${percent(cutAnswer)} within the answer`,
  },
  {
    name: 'rate-limited',
    share: 0.16,
    says: `${RATE_LIMIT.requests} requests a second are answered, others get a 429`,
  },
  { name: 'down', share: 0.21, says: 'connections are refused' },
  {
    name: 'recovering',
    share: 0.26,
    says: `it is back at ${percent(RECOVERY.speed)} of its speed, and gets faster`,
  },
];

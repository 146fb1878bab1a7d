/** What goes wrong, in the words in which the policies' promises are made. */
type Kind = 'transient' | 'limited' | 'quota' | 'rejected' | 'bug' | 'cancelled' | 'refused';

/** A failure as the script writes it and as the model hands it on: errors of the library by their name. */
export interface Failure {
  readonly kind: Kind;
  readonly error: unknown;
  /** What the upstream asked for, in milliseconds. */
  readonly hintMs?: number;
}

/** What one call of the upstream does: a stream yields its chunks, then time goes by, then it ends. */
export interface Step {
  /** Infinity: it hangs. */
  readonly afterMs: number;
  /** Of a stream. @default 1 where it ends well, else 0 */
  readonly chunks?: number;
  readonly failure?: Failure;
}

/** The options of a whole stack, in milliseconds. */
export interface Terms {
  readonly callMs: number;
  /** Of all attempts together, right below the circuit. */
  readonly attemptsMs: number;
  readonly attemptMs: number;
  readonly retry: { readonly maxAttempts: number; readonly minWaitMs: number; readonly maxWaitMs: number };
  readonly rateLimit: { readonly maxAttempts: number; readonly minWaitMs: number; readonly maxWaitMs: number };
  readonly maxQueueWaitMs: number;
  /** Whether a fallback answers for failures. */
  readonly fallback: boolean;
}

/** Everything that happens to one call. Times are milliseconds since it began; Infinity: never. */
export interface Scene {
  readonly steps: readonly Step[];
  readonly isStream: boolean;
  readonly terms: Terms;
  /** Every value of chance. */
  readonly chance: number;
  /** When the caller aborts; below 0, before the call. */
  readonly abortAt: number;
  /** Whether the method hands its signal on. */
  readonly heeds: boolean;
  /** When the circuit begins to refuse, by hand. */
  readonly isolateAt: number;
  /** Until when another call holds the one permit; 0: it is free. */
  readonly busyUntil: number;
}

/** What came of it. */
export interface Seen {
  /** Milliseconds until it settled; Infinity where it did not. */
  readonly at: number;
  /** A word, or the error: errors of the library by their name. */
  readonly outcome: unknown;
  readonly chunks: number;
  /** When the upstream was called. */
  readonly calls: readonly number[];
  /** The events in their order, with their reasons. */
  readonly events: readonly string[];
}

/** What the caller aborts with. */
export const REASON = new Error('the caller has left');
/** What a method fails with that heeds its signal. */
export const ABORTED = new DOMException('aborted', 'AbortError');

export const TERMS: Terms = {
  callMs: 8000,
  attemptsMs: 6000,
  attemptMs: 1600,
  retry: { maxAttempts: 3, minWaitMs: 1000, maxWaitMs: 10_000 },
  rateLimit: { maxAttempts: 3, minWaitMs: 1000, maxWaitMs: 5000 },
  maxQueueWaitMs: 1000,
  fallback: false,
};

/** A scene in which nothing goes wrong but what is said. */
export function sceneOf(given: Partial<Scene>): Scene {
  return {
    steps: [{ afterMs: 20 }],
    isStream: false,
    terms: TERMS,
    chance: 0,
    abortAt: Number.POSITIVE_INFINITY,
    heeds: false,
    isolateAt: Number.POSITIVE_INFINITY,
    busyUntil: 0,
    ...given,
  };
}

/** The chunks that a step of a stream yields. */
export function chunksOf({ chunks, failure }: Step): number {
  return chunks ?? (failure ? 0 : 1);
}

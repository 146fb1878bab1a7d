/** A limiter of our own rejected a call: nothing was sent upstream. */
export interface LimiterRefused {
  readonly type: 'limiter_refused';
  /** The decorated method, as `Class.method`. */
  readonly method: string;
  /** The circuit around the method, if there is one. */
  readonly circuit?: string;
  /** `max-wait`: the call would wait for too long. `queue-full`: too many calls wait already. */
  readonly reason: 'max-wait' | 'queue-full';
  /** Milliseconds until the limiter would have admitted the call. */
  readonly retryAfterMs: number;
}

/** The `cost` or `actual` of a limiter cannot be used as it is. Emitted once for each problem of a method. */
export interface CostUnusable {
  readonly type: 'cost_unusable';
  /** The decorated method, as `Class.method`. */
  readonly method: string;
  /** What was expected, what came, and what the limiter does instead. */
  readonly reason: string;
}

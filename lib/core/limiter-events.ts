/** A limiter (`@RateLimited()`) rejected a call: nothing was sent upstream. */
export interface LimiterRefused {
  readonly type: 'limiter_refused';
  /** The decorated method, as `Class.method`. */
  readonly method: string;
  /** The circuit around the method, if there is one. */
  readonly circuit?: string;
  /** `max-wait`: the call would have waited for too long. `queue-full`: too many calls were waiting. */
  readonly reason: 'max-wait' | 'queue-full';
  /** Milliseconds until the limiter would have admitted the call. */
  readonly retryAfterMs: number;
}

/** The `cost` or `actual` of a limiter returned an invalid value. Emitted once for each problem of a method. */
export interface CostUnusable {
  readonly type: 'cost_unusable';
  /** The decorated method, as `Class.method`. */
  readonly method: string;
  /** The expected value, the returned value, and what the limiter does instead. */
  readonly reason: string;
}

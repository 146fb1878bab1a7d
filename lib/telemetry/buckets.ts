import { LogBucket } from './bucket.js';

const MAX_BUCKETS = 1000;
const SWEEP_MS = 1000;

/**
 * The buckets of all events, methods and circuits. A bucket that is full again is as good as a new one, so it is dropped
 * when there are too many. While all of them are in use, events of one type whose bucket is not there share one.
 */
export class LogBuckets {
  readonly #buckets = new Map<string, LogBucket>();
  readonly #shared = new Map<string, LogBucket>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  /** How many buckets there are, the shared ones included. */
  get size(): number {
    return this.#buckets.size + this.#shared.size;
  }

  of(type: string, key: string, now: number): LogBucket {
    return this.#buckets.get(key) ?? this.#add(type, key, now);
  }

  #add(type: string, key: string, now: number): LogBucket {
    if (this.#buckets.size >= MAX_BUCKETS) this.#sweep(now);
    if (this.#buckets.size >= MAX_BUCKETS) return getOrAdd(this.#shared, type);
    return getOrAdd(this.#buckets, key);
  }

  /** Looks at each bucket, so not more often than once a second. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_MS && now >= this.#sweptAt) return;
    this.#sweptAt = now;
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key);
  }
}

function getOrAdd(buckets: Map<string, LogBucket>, key: string): LogBucket {
  let bucket = buckets.get(key);
  if (!bucket) buckets.set(key, (bucket = new LogBucket()));
  return bucket;
}

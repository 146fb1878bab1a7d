import { LogBucket } from './bucket.js';

const MAX_BUCKETS = 1000;
const SWEEP_MS = 1000;

/**
 * The buckets of all events, methods and circuits. If there are too many, full buckets are deleted, because a full
 * bucket equals a new one. If none is full, further events share one bucket per type.
 */
export class LogBuckets {
  readonly #buckets = new Map<string, LogBucket>();
  readonly #sharedByType = new Map<string, LogBucket>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  /** The number of buckets, including the shared ones. */
  get size(): number {
    return this.#buckets.size + this.#sharedByType.size;
  }

  of(type: string, key: string, now: number): LogBucket {
    return this.#buckets.get(key) ?? this.#add(type, key, now);
  }

  #add(type: string, key: string, now: number): LogBucket {
    if (this.#buckets.size >= MAX_BUCKETS) this.#sweep(now);
    if (this.#buckets.size >= MAX_BUCKETS) return getOrAdd(this.#sharedByType, type);
    return getOrAdd(this.#buckets, key);
  }

  /** Deletes full buckets. Checks every bucket, so at most once per second. */
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

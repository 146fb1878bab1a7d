import { CAPACITY } from './scenario.js';

/** A few workers with one queue, as arithmetic: when each worker is free again. */
export class Workers {
  #freeAt: number[] = [];

  constructor() {
    this.restart();
  }

  /** Empties the queue, as a server does when it goes down. */
  restart(): void {
    this.#freeAt = new Array<number>(CAPACITY.workers).fill(0);
  }

  /** Milliseconds until a request that arrives now is served; undefined if the queue is too long, which rejects it. */
  take(now: number, workMs: number): number | undefined {
    const first = this.#freeAt.indexOf(Math.min(...this.#freeAt));
    const startsAt = Math.max(now, this.#freeAt[first] ?? 0);
    if (startsAt - now > CAPACITY.longestWaitMs) return undefined;
    this.#freeAt[first] = startsAt + workMs;
    return startsAt + workMs - now;
  }
}

import { CAPACITY } from './scenario.js';

/** A few workers with one line of requests before them, as arithmetic: who is free when. */
export class Workers {
  #freeAt: number[] = [];

  constructor() {
    this.restart();
  }

  /** Forgets the line, as a server does that went down. */
  restart(): void {
    this.#freeAt = new Array<number>(CAPACITY.workers).fill(0);
  }

  /** Milliseconds until a request that arrives now has been served; undefined when the line is too long for it. */
  take(now: number, workMs: number): number | undefined {
    const first = this.#freeAt.indexOf(Math.min(...this.#freeAt));
    const startsAt = Math.max(now, this.#freeAt[first] ?? 0);
    if (startsAt - now > CAPACITY.longestWaitMs) return undefined;
    this.#freeAt[first] = startsAt + workMs;
    return startsAt + workMs - now;
  }
}

import { QUESTIONS } from './questions.js';
import { LOAD } from './scenario.js';
import { seeded } from './seeded.js';

/** A question, and when it is asked. */
export interface Arrival {
  /** Milliseconds since the drill began. */
  readonly atMs: number;
  readonly question: string;
}

/** Endless questions. The same seed gives the same questions at the same moments. */
export function* arrivals(seed: number): Generator<Arrival, never> {
  const random = seeded(seed);
  for (let atMs = 0; ; ) {
    atMs += -Math.log(1 - random()) * LOAD.gapMs;
    yield { atMs, question: QUESTIONS[Math.floor(random() * QUESTIONS.length)] ?? '' };
  }
}

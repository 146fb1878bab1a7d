/** A source of random numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/** Looks up `Math.random` at each call, so that a stub that a test installs later takes effect. */
export const systemRandom: Random = () => Math.random();

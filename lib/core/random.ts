/** A source of chance: a number from 0 (included) to 1 (excluded). */
export type Random = () => number;

/** Looked up when called, so that a stub put in later is heeded. */
export const systemRandom: Random = () => Math.random();

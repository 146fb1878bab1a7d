import type { Adoption } from '../circuit-port.js';

/** Operations that may make a transition. */
export const DECIDING: ReadonlySet<string> = new Set(['vote', 'well', 'settle', 'isolate', 'reset']);

/** What an operation did if it made one. */
export const TRANSITIONS: ReadonlySet<string> = new Set([
  ...['opened', 'dissolved', 'closed', 'reopened', 'isolated', 'reset'],
]);

/** A transition that is known by its result alone. */
export const ELSEWHERE: Adoption = Object.freeze({ isOwn: false, votes: 0, members: 0 });

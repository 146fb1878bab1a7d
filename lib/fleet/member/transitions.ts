import type { Adoption } from '../circuit-port.js';

/** Operations that may make a transition. */
export const DECIDING: ReadonlySet<string> = new Set(['vote', 'well', 'settle', 'isolate', 'reset']);

/** The outcomes of operations that have made a transition. */
export const TRANSITIONS: ReadonlySet<string> = new Set([
  ...['opened', 'dissolved', 'closed', 'reopened', 'isolated', 'reset'],
]);

/** The cause of a transition if only its result is known. */
export const ELSEWHERE: Adoption = Object.freeze({ isOwn: false, votes: 0, members: 0 });

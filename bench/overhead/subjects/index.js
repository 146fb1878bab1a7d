import { byHand } from './by-hand.js';
import { cockatiel } from './cockatiel.js';
import { holdfast } from './holdfast.js';
import { mollitia } from './mollitia.js';
import { opossum, opossumWithRetry } from './opossum.js';

export const OURS = [byHand, holdfast];
export const PEERS = [cockatiel, opossumWithRetry, opossum, mollitia];

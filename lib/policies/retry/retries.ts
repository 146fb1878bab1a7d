import type { MethodContext } from '../../call/method-context.js';
import type { Channel } from '../../core/channel.js';
import type { Multiplied } from './multiplied.js';
import type { RetryRules } from './rules.js';

/** The parts that all retries of one method share. */
export interface Retries {
  readonly context: MethodContext;
  readonly rules: RetryRules;
  readonly multiplied: Multiplied;
  readonly scheduled: Channel;
  readonly gaveUp: Channel;
}

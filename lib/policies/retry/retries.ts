import type { Site } from '../../call/site.js';
import type { Channel } from '../../core/channel.js';
import type { Multiplied } from './multiplied.js';
import type { RetryRules } from './rules.js';

/** What the retries of one method have in common. */
export interface Retries {
  readonly site: Site;
  readonly rules: RetryRules;
  readonly multiplied: Multiplied;
  readonly scheduled: Channel;
  readonly gaveUp: Channel;
}

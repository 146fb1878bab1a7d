import type { FleetMode } from './rules.js';

/** A limiter of this process, as its fleet sees it. */
export interface LimiterPort {
  /** Its name as the fleet's keys spell it. */
  readonly name: string;
  /** The name that events tell. */
  readonly label: string;
  /** Whether the limit is divided, the members are only counted, or neither. */
  mode(): FleetMode;
  /** True if the limiter has been forgotten. */
  readonly isGone: boolean;
  /** So many members divide its limit. */
  shareAmong(members: number): void;
  /** Calls back once, at the next call. */
  onNextCall(listener: () => void): void;
}

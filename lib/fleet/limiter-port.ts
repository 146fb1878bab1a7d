import type { FleetMode } from './rules.js';

/** The interface between a limiter of this process and its fleet. */
export interface LimiterPort {
  /** The limiter's name, escaped for the fleet's keys. */
  readonly name: string;
  /** The name in events. */
  readonly label: string;
  /** `on`: the members divide the limit. `watch`: the members are only counted. `off`: neither. */
  mode(): FleetMode;
  /** True if the limiter has been garbage-collected. */
  readonly isGone: boolean;
  /** Sets the number of members that divide its limit. */
  shareAmong(members: number): void;
  /** Calls `listener` once, at the next call. */
  onNextCall(listener: () => void): void;
}

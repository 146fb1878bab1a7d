/** `on`: a circuit follows its fleet. `watch`: it reports to its fleet but does not follow. `off`: it acts alone. */
export type FleetMode = 'off' | 'watch' | 'on';

/** The rules of a fleet. Durations are in milliseconds. */
export interface FleetRules {
  readonly fleet: string;
  readonly mode: FleetMode;
  /** The fleet opens if more than this share of the present members vote for it. */
  readonly quorum: number;
  /** The timeout of each operation on the store. */
  readonly timeoutMs: number;
  readonly syncMs: number;
  /** How long a member counts as present after its last turn, and how long a vote is valid. */
  readonly presenceMs: number;
  /** A member with a success of its own in this time does not follow an opening of the fleet. */
  readonly trustMs: number;
  /** The ramp-up of circuits without one of their own. */
  readonly rampUpMs: number;
  readonly maxGateMs: number;
}

/** The presence in turns. It lasts if one turn is lost. */
const PRESENCE_TURNS = 2.5;

export function fleetRules(given: Omit<FleetRules, 'presenceMs'>): FleetRules {
  return { ...given, presenceMs: Math.round(PRESENCE_TURNS * given.syncMs) };
}

/** What a circuit does with its fleet. */
export type FleetMode = 'off' | 'watch' | 'on';

/** A fleet's settings, durations in milliseconds. */
export interface FleetRules {
  readonly fleet: string;
  readonly mode: FleetMode;
  /** The share of the present members that must be exceeded to open. */
  readonly quorum: number;
  /** The most that an operation is waited for. */
  readonly timeoutMs: number;
  readonly syncMs: number;
  /** How long a member counts as present, and a vote lasts. */
  readonly presenceMs: number;
  /** How fresh a member's own success must be to doubt the fleet. */
  readonly trustMs: number;
  /** The ramp of circuits that have none of their own. */
  readonly rampUpMs: number;
  readonly maxGateMs: number;
}

/** Two and a half turns: one may be lost. */
const PRESENCE_TURNS = 2.5;

export function fleetRules(given: Omit<FleetRules, 'presenceMs'>): FleetRules {
  return { ...given, presenceMs: Math.round(PRESENCE_TURNS * given.syncMs) };
}

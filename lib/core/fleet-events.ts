interface OfCircuit {
  /** The circuit's name. */
  readonly circuit: string;
  readonly method?: never;
}

interface OfEveryCircuit {
  readonly circuit?: never;
  readonly method?: never;
}

/** The process exchanges a circuit's transitions with its fleet from now on. */
export interface FleetJoined extends OfCircuit {
  readonly type: 'fleet_joined';
  /** How many other members were present. */
  readonly members: number;
}

/** The fleet opened the circuit, but this member keeps it closed, because its own calls succeed. */
export interface FleetAlerted extends OfCircuit {
  readonly type: 'fleet_alerted';
}

/** This member is at least half-way to opening its circuit, and votes with the member that opened its own. */
export interface FleetSeconded extends OfCircuit {
  readonly type: 'fleet_seconded';
}

/** The store lost a circuit's record, and this member wrote it again. */
export interface FleetRestored extends OfCircuit {
  readonly type: 'fleet_restored';
}

/** So many members divide the limit of a limiter among themselves from now on; with `watch`, they would. */
export interface FleetShared extends OfEveryCircuit {
  readonly type: 'fleet_shared';
  readonly limiter: string;
  /** This one counted. */
  readonly members: number;
}

/** The store does not answer: every circuit decides alone. */
export interface FleetDegraded extends OfEveryCircuit {
  readonly type: 'fleet_degraded';
  /** `late`: the store runs operations after their timeout. */
  readonly reason: 'timeout' | 'error' | 'late';
}

/** The store answers again. */
export interface FleetRecovered extends OfEveryCircuit {
  readonly type: 'fleet_recovered';
}

/** The events of a fleet. */
export type FleetEvent =
  | FleetJoined
  | FleetAlerted
  | FleetSeconded
  | FleetRestored
  | FleetShared
  | FleetDegraded
  | FleetRecovered;

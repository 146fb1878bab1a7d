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
  /** How many members were present, this one not counted. */
  readonly members: number;
}

/** The fleet opened, and this member stays closed, because its own calls succeed. */
export interface FleetAlerted extends OfCircuit {
  readonly type: 'fleet_alerted';
}

/** A member is half-way to its own trip, and votes with the one that has tripped. */
export interface FleetSeconded extends OfCircuit {
  readonly type: 'fleet_seconded';
}

/** The store had lost a circuit's record, and got it back from this member. */
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

/** The store does not answer: every circuit acts alone. */
export interface FleetDegraded extends OfEveryCircuit {
  readonly type: 'fleet_degraded';
  /** `late`: the store runs operations after their time. */
  readonly reason: 'timeout' | 'error' | 'late';
}

/** The store answers again. */
export interface FleetRecovered extends OfEveryCircuit {
  readonly type: 'fleet_recovered';
}

/** What a fleet adds. */
export type FleetEvent =
  | FleetJoined
  | FleetAlerted
  | FleetSeconded
  | FleetRestored
  | FleetShared
  | FleetDegraded
  | FleetRecovered;

/** The state of a circuit in the whole fleet, as last reported to this process. All keys of a name are added up. */
export interface FleetCircuitStats {
  readonly circuit: string;
  readonly state: 'closed' | 'open' | 'half-open' | 'isolated';
  /** Members that finished calls recently, by the last count of the store. */
  readonly members: number;
  /** How often this process stayed closed on its own evidence, seconded a vote, or restored a record of the store. */
  readonly events: Readonly<Record<'alerted' | 'seconded' | 'restored', number>>;
}

/** The fleet that this process has joined. */
export interface FleetStats {
  readonly fleet: string;
  readonly store: 'connected' | 'degraded';
  /** How often this process stopped using the store for a while, by reason. */
  readonly degradations: Readonly<Record<'timeout' | 'error' | 'late', number>>;
  readonly circuits: readonly FleetCircuitStats[];
}

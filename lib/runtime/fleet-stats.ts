/** One circuit as the whole fleet has it, as this process last heard. All keys of a name are added up. */
export interface FleetCircuitStats {
  readonly circuit: string;
  readonly state: 'closed' | 'open' | 'half-open' | 'isolated';
  /** Members that have finished calls lately, as the store last counted. */
  readonly members: number;
  /** What this process did: it stayed closed on its own evidence, seconded a vote, or gave the store a record back. */
  readonly events: Readonly<Record<'alerted' | 'seconded' | 'restored', number>>;
}

/** The fleet that this process has joined. */
export interface FleetStats {
  readonly fleet: string;
  readonly store: 'connected' | 'degraded';
  /** How often the store was given up for a while, by reason. */
  readonly degradations: Readonly<Record<'timeout' | 'error' | 'late', number>>;
  readonly circuits: readonly FleetCircuitStats[];
}

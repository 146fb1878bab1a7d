/** A call that others may join: those on the same object, with the same key. */
export interface Joinable {
  /** The `this` object of the call. */
  readonly self: unknown;
  readonly key: string;
}

/** The calls of one method that are in flight. Two objects may give different results, so each shares for itself. */
export class InFlight<Flight extends Joinable> {
  /** One of them, outside the map: a map costs as much as the rest of a call that nobody shares. */
  #one: Flight | undefined;
  readonly #others = new Map<string, readonly Flight[]>();

  find(self: unknown, key: string): Flight | undefined {
    if (this.#one?.key === key && this.#one.self === self) return this.#one;
    return this.#others.size === 0 ? undefined : this.#others.get(key)?.find((flight) => flight.self === self);
  }

  /** Replaces the one with the same object and key: new callers join the newest. */
  add(flight: Flight): void {
    const { self, key } = flight;
    const old = this.find(self, key);
    if (old) this.remove(old);
    if (this.#one) this.#others.set(key, [...(this.#others.get(key) ?? []), flight]);
    else this.#one = flight;
  }

  /** Does nothing if another one has replaced it. */
  remove(flight: Flight): void {
    if (this.#one === flight) this.#one = undefined;
    else if (this.#others.size > 0) this.#removeOther(flight);
  }

  #removeOther(flight: Flight): void {
    const rest = this.#others.get(flight.key)?.filter((other) => other !== flight) ?? [];
    if (rest.length > 0) this.#others.set(flight.key, rest);
    else this.#others.delete(flight.key);
  }
}

/** What methods share by a name, or have of their own, so that it can be found from outside. */
export class Registry<T extends object> {
  readonly #named = new Map<string, T>();
  readonly #owned = new Map<string, Set<WeakRef<T>>>();
  readonly #forgotten = new FinalizationRegistry<{ readonly name: string; readonly ref: WeakRef<T> }>(
    ({ name, ref }) => {
      const refs = this.#owned.get(name);
      refs?.delete(ref);
      if (refs?.size === 0) this.#owned.delete(name);
    },
  );

  /** The one that everyone who names it shares. */
  named(name: string, make: () => T): T {
    let found = this.#named.get(name);
    if (!found) this.#named.set(name, (found = make()));
    return found;
  }

  /** Adds one that lives as long as the method or circuit that it belongs to. */
  own(name: string, made: T): T {
    const ref = new WeakRef(made);
    const refs = this.#owned.get(name) ?? new Set();
    this.#owned.set(name, refs.add(ref));
    this.#forgotten.register(made, { name, ref });
    return made;
  }

  /** Every one of this name. */
  of(name: string): T[] {
    return this.listed(name).map(({ made }) => made);
  }

  /** The same, and which of them is the one that everyone who names it shares. */
  listed(name: string): { readonly made: T; readonly isNamed: boolean }[] {
    const named = this.#named.get(name);
    const owned = [...(this.#owned.get(name) ?? [])].flatMap((ref) => ref.deref() ?? []);
    return [...(named ? [{ made: named, isNamed: true }] : []), ...owned.map((made) => ({ made, isNamed: false }))];
  }

  get names(): string[] {
    return [...new Set([...this.#named.keys(), ...this.#owned.keys()])];
  }
}

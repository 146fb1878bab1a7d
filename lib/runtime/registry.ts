/** Finds objects by name: those that methods share, and those that belong to one method. */
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

  /** The object that all methods with this name for it share. */
  named(name: string, make: () => T): T {
    let found = this.#named.get(name);
    if (!found) this.#named.set(name, (found = make()));
    return found;
  }

  /** Adds an object that lives as long as its method or circuit. */
  own(name: string, made: T): T {
    const ref = new WeakRef(made);
    const refs = this.#owned.get(name) ?? new Set();
    this.#owned.set(name, refs.add(ref));
    this.#forgotten.register(made, { name, ref });
    return made;
  }

  /** All objects with this name. */
  of(name: string): T[] {
    return this.listed(name).map(({ made }) => made);
  }

  /** Like `of`, and whether each object is the shared one. */
  listed(name: string): { readonly made: T; readonly isNamed: boolean }[] {
    const named = this.#named.get(name);
    const owned = [...(this.#owned.get(name) ?? [])].flatMap((ref) => ref.deref() ?? []);
    return [...(named ? [{ made: named, isNamed: true }] : []), ...owned.map((made) => ({ made, isNamed: false }))];
  }

  get names(): string[] {
    return [...new Set([...this.#named.keys(), ...this.#owned.keys()])];
  }
}

/** Resolves at the first connection, and reports each one after that. */
export class Opened {
  /** Resolves when there has been a connection; rejects when the store was closed before. */
  readonly first: Promise<void>;
  readonly #gaps = new Set<() => void>();
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #isOpen = false;

  constructor() {
    this.first = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits hears of it; if nobody does, it is no mistake of theirs.
    this.first.catch(() => undefined);
  }

  /** A connection is there: messages since the last one are lost. */
  ready(): void {
    if (this.#isOpen) for (const gap of this.#gaps) gap();
    this.#isOpen = true;
    this.#resolve();
  }

  onGap(gap: () => void): void {
    this.#gaps.add(gap);
  }

  close(): void {
    this.#gaps.clear();
    this.#reject(new Error('The fleet was closed.'));
  }
}

/** Waits for the first connection, and reports each later one as a gap. */
export class Opened {
  /** Resolves at the first connection. Rejects if the store is closed before. */
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
    // Without a waiting caller, the rejection must not be reported as unhandled.
    this.first.catch(() => undefined);
  }

  /** Notes a new connection. If it is not the first, messages may have been lost before it. */
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

import type { CallLimit, LimitEnd } from './call.js';
import { runUnder } from './current-signal.js';
import type { StreamScope, Wait } from './cut-stream.js';

interface Settling {
  settled(): void;
}

/** What a method runs in that may end before it: a time limit, or one of several attempts at a time. */
export class Scope implements CallLimit, StreamScope {
  ended: LimitEnd | undefined;
  #cut: ((reason: unknown) => void) | undefined;
  #controller: AbortController | undefined;
  #listeners: Set<() => void> | undefined;

  get deadline(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Made when it is asked for: a method that hands no signal on pays for none. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.ended && !this.#controller.signal.aborted) this.#controller.abort(this.ended.reason);
    return this.#controller.signal;
  }

  /** Whether something is under way that the end would cut short. */
  get isWaiting(): boolean {
    return this.#cut !== undefined;
  }

  onEnd(listener: () => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  /** `over` is told when what ran has settled. */
  cutShort<T>(run: () => Promise<T>, over?: Settling): Promise<T> {
    if (this.ended) return Promise.reject(this.ended.reason);
    return new Promise((resolve, reject) => {
      this.#cut = reject;
      runUnder(this, run).then(
        (value) => {
          this.#cut = undefined;
          over?.settled();
          resolve(value);
        },
        (error: unknown) => {
          this.#cut = undefined;
          over?.settled();
          reject(error);
        },
      );
    });
  }

  /** Waits for a part of what runs in it. */
  wait<T>(run: () => Promise<T>, _which?: Wait): Promise<T> {
    return this.cutShort(run);
  }

  end(reason: unknown, isCallers: boolean): void {
    if (this.ended) return;
    this.ended = { reason, isCallers };
    // First of all, for a method that heeds the signal may fail with an error of its own.
    this.#cut?.(reason);
    for (const listener of this.#listeners ?? []) listener();
    this.#controller?.abort(reason);
  }
}

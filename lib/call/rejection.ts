/**
 * What a reaction returns to reject its promise. A `throw` costs several hundred nanoseconds more, because it leaves
 * the compiled code, and a rejected promise even more, because it has no handler at first.
 */
export class Rejection {
  readonly #error: unknown;

  constructor(error: unknown) {
    this.#error = error;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- being one is its purpose
  then(_resolve: unknown, reject: (error: unknown) => void): void {
    reject(this.#error);
  }
}

import { Call } from '../../core/call.js';
import { Scope } from '../../core/scope.js';

/** One of the attempts of a call: those further in see it as what limits them, and end when it has lost. */
export class Attempt extends Scope {
  /** Whether it has settled, and there is nothing to end any more. */
  isOver = false;
  readonly #whole: Call;
  #own: Call | undefined;

  constructor(
    whole: Call,
    /** From 1. */
    readonly number: number,
  ) {
    super();
    this.#whole = whole;
  }

  /** The call of this attempt alone: made when it is asked for, for where nothing is further in nobody does. */
  get call(): Call {
    if (!this.#own) {
      const { self, args, admission } = this.#whole;
      this.#own = new Call(self, args, admission);
      this.#own.limit = this;
    }
    return this.#own;
  }

  /** Whether somebody further in knows that the caller has aborted. */
  get isAborted(): boolean {
    return this.#own?.aborted === true;
  }

  override get deadline(): number {
    return this.#whole.limit?.deadline ?? Number.POSITIVE_INFINITY;
  }
}

import { Call, type CallLimit } from '../../core/call.js';
import { Scope } from '../../core/scope.js';

/** One of the attempts of a call: those further in see it as what limits them, and end when it has lost. */
export class Attempt extends Scope {
  /** The call of this attempt alone. */
  readonly call: Call;
  readonly #outer: CallLimit | undefined;

  constructor(
    { self, args, admission, limit }: Call,
    /** From 1. */
    readonly number: number,
  ) {
    super();
    this.#outer = limit;
    this.call = new Call(self, args, admission);
    this.call.limit = this;
  }

  override get deadline(): number {
    return this.#outer?.deadline ?? Number.POSITIVE_INFINITY;
  }
}

import { Call } from '../../call/call.js';
import { discardUnread, openingOf } from '../../call/opening.js';
import { Scope } from '../../call/scope.js';

/** One of the attempts of a call. Inner policies get a separate `Call`, which ends if the attempt loses. */
export class Attempt extends Scope {
  /** True if it has settled. */
  isOver = false;
  readonly call: Call;
  readonly #isInnermost: boolean;

  constructor(
    whole: Call,
    /** From 1. */
    readonly number: number,
    isInnermost: boolean,
  ) {
    const { context, self, args, admission, signal, scope } = whole;
    const call = new Call(context, self, args, admission, signal);
    call.scope = scope;
    // A hedge has the number of the attempt beside it. One less here, because the start of the method adds one.
    if (number === 1) whole.attempt += 1;
    call.attempt = whole.attempt - 1;
    call.isHedge = number > 1;
    call.whole = whole;
    if (number === 1) whole.isDisturbed = false;
    super(call);
    this.call = call;
    this.#isInnermost = isInnermost;
  }

  /** Directly around the method, the run need not be cut short, because the race settles by itself. */
  override run<T>(method: () => Promise<T>): Promise<T> {
    return this.#isInnermost ? this.enter(method) : super.run(method);
  }

  protected override settled(outcome: unknown, isFailure: boolean): void {
    // The result came too late: nobody will read it.
    if (this.ended) discardUnread(outcome, this.call.context);
    // A stream is read in the innermost scope.
    else if (!isFailure) openingOf(outcome, this.call.context, this);
  }
}

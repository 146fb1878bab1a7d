import { Call } from '../../call/call.js';
import { closeUnread, openingOf } from '../../call/opening.js';
import { Scope } from '../../call/scope.js';
import { discard } from '../../failures/discard.js';

/** One of the attempts of a call: policies further in have a call of their own, which ends when the attempt has lost. */
export class Attempt extends Scope {
  /** True if it has settled, and there is nothing to end any more. */
  isOver = false;
  readonly call: Call;
  readonly #isInnermost: boolean;

  constructor(
    whole: Call,
    /** From 1. */
    readonly number: number,
    isInnermost: boolean,
  ) {
    const { site, self, args, admission, signal, scope } = whole;
    const call = new Call(site, self, args, admission, signal);
    call.scope = scope;
    call.whole = whole.whole ?? whole;
    // A hedge has the number of the attempt beside it; the method itself counts one more.
    if (number === 1) whole.attempt += 1;
    call.attempt = whole.attempt - 1;
    call.isHedge = number > 1;
    super(call);
    this.call = call;
    this.#isInnermost = isInnermost;
  }

  /** Right around the method nothing need be cut short: the race settles by itself. */
  override run<T>(method: () => Promise<T>): Promise<T> {
    return this.#isInnermost ? this.enter(method) : super.run(method);
  }

  protected override settled(value?: unknown, error?: unknown): void {
    // It came too late for anybody to read.
    if (this.ended && !closeUnread(value, this.call.site)) discard(value ?? error);
    // A stream is read in its innermost scope.
    if (!this.ended) openingOf(value, this.call.site, this);
  }
}

import type { Admission, Call } from '../../call/call.js';
import { openingOf } from '../../call/opening.js';
import type { Answer, Next, Policy } from '../../call/policy.js';
import type { Site } from '../../call/site.js';
import type { Circuit } from './circuit.js';
import type { ProbeAnswer } from './peer.js';

/** What a call goes through that had to ask whether it may be a probe. */
export interface Asking {
  /** The admission of a call that may pass; undefined if the circuit rejects it after all. */
  readonly admit: (circuit: Circuit) => Admission | undefined;
  readonly refuse: (self: unknown, args: readonly unknown[], circuit: Circuit) => Answer;
  readonly steps: { readonly [K in 'succeed' | 'fail' | 'tail']: NonNullable<Policy[K]> };
}

/** Waits for the answer, then runs everything further in, or rejects the call. */
export async function askThenRun(
  site: Site,
  { admit, refuse, steps }: Asking,
  answer: Promise<ProbeAnswer>,
  circuit: Circuit,
  next: Next,
  call: Call,
): Promise<unknown> {
  const { self, args } = call;
  const answered = await answer;
  const { admitted } = answered;
  if (!answered.admitted) circuit.outside.heldUntil = answered.askAgainAt;
  const isStopped = call.stop.cause !== undefined;
  const admission = admitted && !isStopped ? admit(circuit) : undefined;
  // A probe that was admitted outside and does not take place here is given back.
  if (admitted && !admission?.lease) circuit.outside.peer?.probed('ignored');
  if (isStopped) throw call.stop.error;
  if (!admission) {
    const refused = refuse(self, args, circuit);
    if (refused.isFallback) call.hasFallenBack = true;
    return refused.promise;
  }
  call.admission = admission;
  let value: unknown;
  try {
    value = await next(self, args, call);
  } catch (error) {
    const handled = steps.fail(error, call, next);
    if (handled === undefined) throw error;
    return handled;
  }
  const opening = openingOf(value, site);
  if (!opening) return steps.succeed(admission)(value);
  opening.rest = steps.tail(opening.rest, call);
  return value;
}

import type { Admission } from '../../call/admission.js';
import type { Call } from '../../call/call.js';
import { openingOf } from '../../call/opening.js';
import type { Answer, Next, Policy } from '../../call/policy.js';
import type { MethodContext } from '../../call/method-context.js';
import type { Circuit } from './circuit.js';
import type { ProbeAnswer } from './peer.js';

/** The steps of a call that must ask a peer whether it may be a probe. */
export interface Asking {
  /** The admission of a call that the peer allowed; undefined if the circuit itself rejects it. */
  readonly admit: (circuit: Circuit) => Admission | undefined;
  readonly refuse: (self: unknown, args: readonly unknown[], circuit: Circuit) => Answer;
  readonly steps: { readonly [K in 'succeed' | 'fail' | 'tail']: NonNullable<Policy[K]> };
}

/** Waits for the peer's answer, then runs the inner layers or rejects the call. */
export async function askThenRun(
  context: MethodContext,
  { admit, refuse, steps }: Asking,
  answer: Promise<ProbeAnswer>,
  circuit: Circuit,
  next: Next,
  call: Call,
): Promise<unknown> {
  const { self, args } = call;
  const peerAnswer = await answer;
  const { admitted } = peerAnswer;
  if (!peerAnswer.admitted) circuit.outside.heldUntil = peerAnswer.askAgainAt;
  const isStopped = call.stop.cause !== undefined;
  const admission = admitted && !isStopped ? admit(circuit) : undefined;
  // If the peer allowed a probe and the call is no probe here, the peer gets the permission back.
  if (admitted && !admission?.lease) circuit.outside.peer?.probed('ignored');
  if (isStopped) throw call.stop.error;
  if (!admission) {
    const rejected = refuse(self, args, circuit);
    if (rejected.isFallback) call.hasFallenBack = true;
    return rejected.promise;
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
  const opening = openingOf(value, context);
  if (!opening) return steps.succeed(admission)(value);
  opening.rest = steps.tail(opening.rest, call);
  return value;
}

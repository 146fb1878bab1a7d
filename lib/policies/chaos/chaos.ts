import type { Call } from '../../call/call.js';
import type { Next, Stream } from '../../call/policy.js';
import { onAbort, reasonOf } from '../../call/signals.js';
import type { MethodContext } from '../../call/method-context.js';
import type { Timer } from '../../core/clock.js';
import { ChaosError } from '../../core/errors.js';
import type { ChaosRules } from './rules.js';

/** An `async *` method, as inner layers call it. */
export type StreamMethod = (self: unknown, args: readonly unknown[], call?: Call) => Stream;

/** Delays some calls of the method, or makes them fail. */
export function disturb(method: Next, rules: ChaosRules, context: MethodContext): Next {
  return (self, args, call) =>
    isHit(rules, context, call)
      ? causeFault(rules, context, call).then(() => method(self, args, call))
      : method(self, args, call);
}

/** Like `disturb`, for an `async *` method: faults occur before its first chunk. */
export function disturbStream(method: StreamMethod, rules: ChaosRules, context: MethodContext): StreamMethod {
  async function* disturbed(self: unknown, args: readonly unknown[], call: Call | undefined): Stream {
    await causeFault(rules, context, call);
    return yield* method(self, args, call);
  }
  return (self, args, call) => (isHit(rules, context, call) ? disturbed(self, args, call) : method(self, args, call));
}

function isHit({ rate, endsAt }: ChaosRules, { clock, random }: MethodContext, call: Call | undefined): boolean {
  const isHit = random() < rate && clock.now() < endsAt;
  call?.noteDisturbance(isHit);
  return isHit;
}

async function causeFault(
  { fault, latencyMs }: ChaosRules,
  context: MethodContext,
  call: Call | undefined,
): Promise<void> {
  if (latencyMs > 0) await delay(latencyMs, context, call);
  if (fault) throw new ChaosError(fault);
}

/** Waits. Ends early if the attempt ends, and removes its timer and listeners. */
function delay(ms: number, { clock }: MethodContext, call: Call | undefined): Promise<void> {
  const { scope, signal } = call ?? {};
  return new Promise((resolve, reject) => {
    let timer: Timer;
    let stopListening: (() => void)[] = [];
    const finish = (settle: () => void): void => {
      clock.clearTimer(timer);
      for (const each of stopListening) each();
      settle();
    };
    if (scope) stopListening.push(scope.onEnd(() => finish(() => reject(scope.ended?.error))));
    if (signal) stopListening.push(onAbort(signal, () => finish(() => reject(reasonOf(signal)))));
    timer = clock.setTimer(() => finish(resolve), ms);
  });
}

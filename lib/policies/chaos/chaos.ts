import type { Call } from '../../call/call.js';
import type { Next, Stream } from '../../call/policy.js';
import { onAbort } from '../../call/signals.js';
import type { Site } from '../../call/site.js';
import type { Timer } from '../../core/clock.js';
import { ChaosError } from '../../core/errors.js';
import type { ChaosRules } from './rules.js';

/** A method that yields, as it is called further in. */
export type Read = (self: unknown, args: readonly unknown[], call?: Call) => Stream;

/** Causes faults instead of some calls of the method, and delays them. */
export function disturb(method: Next, rules: ChaosRules, site: Site): Next {
  return (self, args, call) =>
    isHit(rules, site, call)
      ? strike(rules, site, call).then(() => method(self, args, call))
      : method(self, args, call);
}

/** The same for an `async *` method: faults come before its first chunk. */
export function disturbStream(method: Read, rules: ChaosRules, site: Site): Read {
  async function* disturbed(self: unknown, args: readonly unknown[], call: Call | undefined): Stream {
    await strike(rules, site, call);
    return yield* method(self, args, call);
  }
  return (self, args, call) => (isHit(rules, site, call) ? disturbed(self, args, call) : method(self, args, call));
}

function isHit({ rate, endsAt }: ChaosRules, { clock, random }: Site, call: Call | undefined): boolean {
  const isHit = random() < rate && clock.now() < endsAt;
  call?.noteDisturbance(isHit);
  return isHit;
}

async function strike({ fault, latencyMs }: ChaosRules, site: Site, call: Call | undefined): Promise<void> {
  if (latencyMs > 0) await delay(latencyMs, site, call);
  if (fault) throw new ChaosError(fault);
}

/** Ends with the attempt, and leaves neither a timer nor a listener behind. */
function delay(ms: number, { clock }: Site, call: Call | undefined): Promise<void> {
  const { scope, signal } = call ?? {};
  return new Promise((resolve, reject) => {
    let timer: Timer;
    let leave: (() => void)[] = [];
    const end = (settle: () => void): void => {
      clock.clearTimer(timer);
      for (const each of leave) each();
      settle();
    };
    if (scope) leave.push(scope.onEnd(() => end(() => reject(scope.ended?.error))));
    if (signal) leave.push(onAbort(signal, () => end(() => reject(signal.reason))));
    timer = clock.setTimer(() => end(resolve), ms);
  });
}

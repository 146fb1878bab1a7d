import { systemClock } from '../core/clock.js';
import { systemRandom } from '../core/random.js';
import { settingsOf } from '../runtime/runtime.js';
import { type Fleet, fleetHandle } from './handle.js';
import { Membership } from './membership.js';
import { type FleetOptions, resolveRules } from './options.js';
import { type FleetClient, storeOf } from './store/store-of.js';

/** Looks at a fleet from outside, and moves its circuits by hand, without being a member of it. */
export async function observeFleet(client: FleetClient, options: FleetOptions): Promise<Fleet> {
  const rules = resolveRules(options, () => settingsOf('fleet'), true);
  const store = storeOf(client);
  const membership = new Membership(store, rules, {
    clock: systemClock,
    random: systemRandom,
    emit: () => undefined,
    eachCircuit: () => () => undefined,
    eachGate: () => () => undefined,
    eachLimiter: () => () => undefined,
  });
  await membership.start();
  return fleetHandle(membership);
}

import { systemClock } from '../core/clock.js';
import { systemRandom } from '../core/random.js';
import { settingsOf } from '../runtime/runtime.js';
import { type Fleet, fleetHandle } from './handle.js';
import { Membership } from './membership.js';
import { type FleetOptions, resolveRules } from './options.js';
import { type FleetClient, storeOf } from './store/store-of.js';

/** Makes a handle that reads a fleet and moves its circuits by hand. The process does not become a member. */
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

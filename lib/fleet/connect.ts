import { ConfigurationError } from '../core/errors.js';
import { shared } from '../core/shared.js';
import { enterFleet } from '../runtime/fleets.js';
import { settingsOf } from '../runtime/runtime.js';
import { type Fleet, fleetHandle } from './handle.js';
import { Membership } from './membership.js';
import { type FleetOptions, resolveRules } from './options.js';
import { runtimeHost } from './runtime-host.js';
import { type FleetClient, storeOf } from './store/store-of.js';

/** The only membership of this process: a circuit cannot belong to two fleets. */
const joined: { membership?: Membership } = shared('fleet.connected', () => ({}));

/**
 * Makes this process a member of a fleet: its named circuits open and close together with those of the other members.
 * Resolves within `timeout`, even if the store is down. In that case `fleet.store` is `degraded`, and every circuit
 * acts alone.
 * @param client a client of redis, ioredis or iovalkey, or a {@link FleetStore}. Clients are duplicated.
 * @throws {ConfigurationError} that lists every problem
 */
export async function connectFleet(client: FleetClient, options: FleetOptions = {}): Promise<Fleet> {
  const hearsMessages = typeof (client as Partial<Record<'subscribe', unknown>> | null)?.subscribe === 'function';
  const rules = resolveRules(options, () => settingsOf('fleet'), hearsMessages);
  const { membership: connected } = joined;
  if (connected)
    throw new ConfigurationError([
      `connectFleet: expected no other fleet in this process, but it has joined "${connected.rules.fleet}". Close that first`,
    ]);
  const store = storeOf(client);
  const membership = new Membership(store, rules, runtimeHost(rules));
  const fleet = fleetHandle(membership);
  joined.membership = membership;
  const leave = enterFleet(fleet, (now) => membership.stats(now));
  membership.onClose = () => {
    leave();
    if (joined.membership === membership) delete joined.membership;
  };
  await membership.start();
  return fleet;
}

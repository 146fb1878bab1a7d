import { type Duration, toMs } from '../core/duration.js';
import { ConfigurationError } from '../core/errors.js';
import type { SettingsOf, ValueOf } from '../core/field.js';
import { checkFields, note, type Problems, textsOf } from '../settings/check.js';
import { fleetFields } from '../settings/fields/fleet.js';
import { type FleetRules, fleetRules } from './rules.js';

/** Options of `connectFleet`. Each option overrides the setting `fleet.<option>`. */
export type FleetOptions = { readonly [K in keyof typeof fleetFields]?: ValueOf<(typeof fleetFields)[K]> };

/** The settings `fleet.*`. */
export type FleetSettings = SettingsOf<typeof fleetFields>;

const LONGEST_NAME = 100;
const SYNC: Duration = '30s';
const SYNC_WITHOUT_MESSAGES: Duration = '10s';

/**
 * Resolves the rules of a fleet. Options take precedence over settings.
 * @param settingsOf returns the settings in effect; called only if the options are valid
 * @param hearsMessages true if the store can subscribe to messages
 * @throws {ConfigurationError} that lists every problem
 */
export function resolveRules(
  options: FleetOptions,
  settingsOf: () => FleetSettings,
  hearsMessages: boolean,
): FleetRules {
  const problems: Problems = [];
  const at = ['connectFleet'];
  const given = checkFields(fleetFields, options, at, 'code', problems) as FleetOptions;
  const { name } = given;
  if (name !== undefined && name.length > LONGEST_NAME)
    note(problems, [...at, 'name'], `expected at most ${LONGEST_NAME} characters, got a text of ${name.length}`);
  if (problems.length > 0) throw new ConfigurationError(textsOf(problems));
  const settings = { ...settingsOf(), ...given };
  return fleetRules({
    fleet: settings.name,
    mode: settings.mode,
    quorum: settings.quorum,
    timeoutMs: toMs(settings.timeout),
    syncMs: toMs(settings.sync ?? (hearsMessages ? SYNC : SYNC_WITHOUT_MESSAGES)),
    trustMs: toMs(settings.trust),
    rampUpMs: toMs(settings.rampUp),
    maxGateMs: toMs(settings.maxGate),
  });
}

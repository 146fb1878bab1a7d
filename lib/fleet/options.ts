import { type Duration, toMs } from '../core/duration.js';
import { ConfigurationError } from '../core/errors.js';
import type { Field } from '../core/field.js';
import { checkFields } from '../settings/check.js';
import { fleetFields } from '../settings/fields/fleet.js';
import { type FleetMode, type FleetRules, fleetRules } from './rules.js';

/** What `connectFleet` takes. Each option overrides the setting `fleet.<option>`. */
export interface FleetOptions {
  /**
   * The fleet's name: staging and production on one store need different names.
   * @default 'default', or FLEET_NAME
   */
  readonly name?: string;
  /**
   * `watch` exchanges and logs everything and rejects nobody.
   * @default 'on', or FLEET_MODE
   */
  readonly mode?: FleetMode;
  /**
   * The share of present members whose votes open a circuit. More than this share is needed.
   * @default 0.6, or FLEET_QUORUM
   */
  readonly quorum?: number;
  /**
   * The longest that an operation, and with it a probe, waits for the store.
   * @default '250ms', or FLEET_TIMEOUT
   */
  readonly timeout?: Duration;
  /**
   * How often a member compares the circuits that it uses with the store.
   * @default '30s', or '10s' for a store without messages, or FLEET_SYNC
   */
  readonly sync?: Duration;
  /**
   * How fresh a member's own success must be to stay closed when the fleet opens.
   * @default '5s'
   */
  readonly trust?: Duration;
  /**
   * The `circuit.rampUp` of circuits in the fleet that have none.
   * @default '10s', or FLEET_RAMP_UP
   */
  readonly rampUp?: Duration;
  /**
   * The longest that the rate limit of one member closes the gates of the others.
   * @default '60s', or FLEET_MAX_GATE
   */
  readonly maxGate?: Duration;
}

type Resolved = { readonly [K in keyof FleetOptions]-?: Exclude<FleetOptions[K], undefined> | null };

const LONGEST_NAME = 100;
const SYNC = '30s';
const SYNC_WITHOUT_MESSAGES = '10s';

/**
 * The rules of a fleet: options, then the environment, then the defaults.
 * @param hearsMessages whether the store has messages
 * @throws {ConfigurationError} that lists every problem
 */
export function resolveRules(options: FleetOptions, env: NodeJS.ProcessEnv, hearsMessages: boolean): FleetRules {
  const problems: string[] = [];
  const given = {
    ...defaults(),
    ...fromEnvironment(env, problems),
    ...checkFields(fleetFields, options, 'connectFleet', 'code', problems),
  } as Resolved;
  const name = given.name ?? '';
  if (name.length > LONGEST_NAME)
    problems.push(`connectFleet.name: expected at most ${LONGEST_NAME} characters, got a text of ${name.length}`);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const ms = (duration: Duration | null, unset: Duration): number => toMs(duration ?? unset);
  return fleetRules({
    fleet: name,
    mode: given.mode ?? 'on',
    quorum: given.quorum ?? 1,
    timeoutMs: ms(given.timeout, '250ms'),
    syncMs: ms(given.sync, hearsMessages ? SYNC : SYNC_WITHOUT_MESSAGES),
    trustMs: ms(given.trust, '5s'),
    rampUpMs: ms(given.rampUp, '10s'),
    maxGateMs: ms(given.maxGate, '60s'),
  });
}

const fields = Object.entries(fleetFields) as [keyof FleetOptions, Field<unknown>][];

function defaults(): Record<string, unknown> {
  return Object.fromEntries(fields.map(([key, field]) => [key, field.default]));
}

function fromEnvironment(env: NodeJS.ProcessEnv, problems: string[]): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [key, field] of fields) {
    const text = field.env === undefined ? undefined : env[field.env];
    // An empty variable is an unset one.
    if (text === undefined || text === '') continue;
    const value = field.format.read(text, 'text');
    if (value === undefined) problems.push(`fleet.${key} (${field.env}): expected ${field.format.expected}`);
    else read[key] = value;
  }
  return read;
}

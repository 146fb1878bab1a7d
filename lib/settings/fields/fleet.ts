import { duration, type Field, name, oneOf, positiveDuration, share } from '../../core/field.js';

export const fleetFields = {
  /**
   * Whether circuits share their state with other processes: `on`, `off`, or `watch` to exchange and log states without
   * rejecting calls. Has no effect without a connected fleet. @default 'on'
   */
  mode: {
    doc: 'Whether circuits share their state with other processes: `on`, `off`, or `watch` to exchange and log states without rejecting calls. Has no effect without a connected fleet.',
    format: oneOf('off', 'watch', 'on'),
    default: 'on',
    env: 'FLEET_MODE',
  },
  /** The name of the fleet. Staging and production on one store need different names. @default 'default' */
  name: {
    doc: 'The name of the fleet. Staging and production on one store need different names.',
    format: name,
    default: 'default',
    env: 'FLEET_NAME',
  },
  /** The share of present members whose votes open a circuit. More than this share is needed. @default 0.6 */
  quorum: {
    doc: 'The share of present members whose votes open a circuit. More than this share is needed.',
    format: share,
    default: 0.6,
    env: 'FLEET_QUORUM',
  },
  /** The longest that a probe waits for the store. @default '250ms' */
  timeout: {
    doc: 'The longest that a probe waits for the store.',
    format: positiveDuration,
    default: '250ms',
    env: 'FLEET_TIMEOUT',
  },
  /**
   * How often a member compares the circuits that it uses with the store. Default: 30s, or 10s without messages from
   * the store.
   */
  sync: {
    doc: 'How often a member compares the circuits that it uses with the store. Default: 30s, or 10s without messages from the store.',
    format: positiveDuration,
    default: null,
    env: 'FLEET_SYNC',
  },
  /** How fresh a member's own success must be to stay closed when the fleet opens. @default '5s' */
  trust: {
    doc: "How fresh a member's own success must be to stay closed when the fleet opens.",
    format: duration,
    default: '5s',
  },
  /** The `circuit.rampUp` of circuits in the fleet that have none. @default '10s' */
  rampUp: {
    doc: 'The `circuit.rampUp` of circuits in the fleet that have none.',
    format: duration,
    default: '10s',
    env: 'FLEET_RAMP_UP',
  },
  /** The longest that the rate limit of one member closes the gates of the others. @default '60s' */
  maxGate: {
    doc: 'The longest that the rate limit of one member closes the gates of the others.',
    format: positiveDuration,
    default: '60s',
    env: 'FLEET_MAX_GATE',
  },
} satisfies Record<string, Field<unknown>>;

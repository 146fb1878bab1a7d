import { allowedByVariable, type Field, moment, oneOf, positiveDuration, share } from '../../core/field.js';

/** The options of chaos. Only settings can set them, not decorators. */
export const chaosFields = {
  /**
   * Whether chaos may happen. Only the environment variable can set true; a settings file can only set false.
   * @default false
   */
  enabled: {
    doc: 'Whether chaos may happen. Only the environment variable can set true; a settings file can only set false.',
    format: allowedByVariable,
    default: false,
    env: 'RESILIENCE_CHAOS',
  },
  /** The share of calls that fail or are delayed. Above 0 and at most 1. Default: none (no chaos). */
  rate: {
    doc: 'The share of calls that fail or are delayed. Above 0 and at most 1. Default: none (no chaos).',
    format: share,
    default: null,
  },
  /** How these calls fail. Default: none (they are only delayed). */
  fault: {
    doc: 'How these calls fail. Default: none (they are only delayed).',
    format: oneOf('network', 'timeout', 'server', 'rate-limited', 'malformed'),
    default: null,
  },
  /** How long these calls are delayed. Default: none. */
  latency: {
    doc: 'How long these calls are delayed. Default: none.',
    format: positiveDuration,
    default: null,
  },
  /** When chaos ends by itself: a time in ISO 8601 with its zone. Default: none. */
  until: {
    doc: 'When chaos ends by itself: a time in ISO 8601 with its zone. Default: none.',
    format: moment,
    default: null,
  },
} satisfies Record<string, Field<unknown>>;

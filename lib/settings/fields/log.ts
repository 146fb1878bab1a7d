import { type Field, oneOf } from '../../core/field.js';

export const logFields = {
  /**
   * The least severe level that holdfast's own logger writes. A logger given to `configure()` uses its own level.
   * @default 'info'
   */
  level: {
    doc: "The least severe level that holdfast's own logger writes. A logger given to `configure()` uses its own level.",
    format: oneOf('error', 'warn', 'info', 'debug', 'silent'),
    default: 'info',
    env: 'RESILIENCE_LOG_LEVEL',
  },
} satisfies Record<string, Field<unknown>>;

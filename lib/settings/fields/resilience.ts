import { boolean, type Field } from '../../core/field.js';

export const resilienceFields = {
  /**
   * Whether decorators do anything. If false, every decorated method is called directly, without fallbacks.
   * @default true
   */
  enabled: {
    doc: 'Whether decorators do anything. If false, every decorated method is called directly, without fallbacks.',
    format: boolean,
    default: true,
    env: 'RESILIENCE_ENABLED',
  },
  /** Whether the settings file is read again when it changes, and when SIGHUP asks for it. @default true */
  watch: {
    doc: 'Whether the settings file is read again when it changes, and when SIGHUP asks for it.',
    format: boolean,
    default: true,
    env: 'RESILIENCE_WATCH',
  },
} satisfies Record<string, Field<unknown>>;

import { boolean, type Field, type Fields, isData, type SettingsOf } from '../core/field.js';
import { chaosFields } from '../policies/chaos/options.js';
import { circuitFields } from '../policies/circuit/options.js';
import { coalesceFields } from '../policies/coalesce/options.js';
import { concurrencyFields } from '../policies/concurrency/options.js';
import { hedgeFields } from '../policies/hedge/options.js';
import { limiterFields } from '../policies/limiter/options.js';
import { rateLimitFields } from '../policies/rate-limit/options.js';
import { retryFields } from '../policies/retry/options.js';
import { timeLimitFields } from '../policies/time-limit/options.js';
import { fleetFields } from './fields/fleet.js';
import { logFields } from './fields/log.js';
import { openaiFields } from './fields/openai.js';
import { resilienceFields } from './fields/resilience.js';

interface Switch extends Field<boolean> {
  readonly default: true;
  readonly env: string;
}

type WithSwitch<F extends Fields> = F & { readonly enabled: Switch };

/** The switch of a policy: `rateLimit.enabled`, and the variable `RATE_LIMIT_ENABLED`. */
export function switchOf(group: string): Switch {
  const variable = group.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return {
    doc: 'Whether the policy does anything. If false, it is left out of the stack; what it has learnt is kept.',
    format: boolean,
    default: true,
    env: `${variable}_ENABLED`,
  };
}

/** The fields that settings can set. */
export function dataOf<F extends Fields>(fields: F): F {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => isData(field))) as F;
}

function policy<F extends Fields>(group: string, fields: F): WithSwitch<F> {
  return { enabled: switchOf(group), ...dataOf(fields) };
}

/** The convict schema: names, docs, formats, defaults and environment variables of every setting. */
export const schema = {
  resilience: resilienceFields,
  retry: policy('retry', retryFields),
  circuit: policy('circuit', circuitFields),
  rateLimit: policy('rateLimit', rateLimitFields),
  limiter: policy('limiter', limiterFields),
  concurrency: policy('concurrency', concurrencyFields),
  hedge: policy('hedge', hedgeFields),
  timeLimit: policy('timeLimit', timeLimitFields),
  attemptLimit: policy('attemptLimit', timeLimitFields),
  coalesce: policy('coalesce', coalesceFields),
  chaos: chaosFields,
  openai: openaiFields,
  fleet: fleetFields,
  log: logFields,
};

type Schema = typeof schema;
export type SectionKind = 'circuits' | 'methods';
export type PolicyGroup = Exclude<keyof Schema, 'resilience' | 'openai' | 'fleet' | 'log'>;

/** Options of one circuit or method, each under the group of its policy: `{ retry: { maxAttempts: 2 } }`. */
export type Section = { readonly [G in PolicyGroup]?: Partial<SettingsOf<Schema[G]>> };

/** All settings, validated and frozen. Durations are strings with a unit, as everywhere in code. */
export type Settings = { readonly [G in keyof Schema]: SettingsOf<Schema[G]> } & {
  /** Options by the name of a circuit, or a pattern such as `*`. Sections override all other layers. */
  readonly circuits: { readonly [circuit: string]: Section };
  /** Options by `Class.method`, or a pattern such as `Class.*`. Sections override all other layers. */
  readonly methods: { readonly [method: string]: Section };
};

/** Any part of the settings. */
export type SettingsOverrides = { readonly [G in keyof Schema]?: Partial<SettingsOf<Schema[G]>> } & {
  readonly [K in SectionKind]?: Settings[K];
};

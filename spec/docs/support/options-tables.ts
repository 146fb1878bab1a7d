import { commonOptions } from '#lib/core/common-options.js';
import type { Fields } from '#lib/core/field.js';
import { chaosFields } from '#lib/policies/chaos/options.js';
import { circuitFields } from '#lib/policies/circuit/options.js';
import { coalesceFields } from '#lib/policies/coalesce/options.js';
import { concurrencyFields } from '#lib/policies/concurrency/options.js';
import { hedgeFields } from '#lib/policies/hedge/options.js';
import { limiterFields } from '#lib/policies/limiter/options.js';
import { rateLimitFields } from '#lib/policies/rate-limit/options.js';
import { retryFields } from '#lib/policies/retry/options.js';
import { timeLimitFields } from '#lib/policies/time-limit/options.js';
import { fleetFields } from '#lib/settings/fields/fleet.js';
import { logFields } from '#lib/settings/fields/log.js';
import { openaiFields } from '#lib/settings/fields/openai.js';
import { code, defaultOf, row } from './settings-table.js';

/** The first table under a heading of a page, made of fields. */
type FieldsTable = readonly [page: string, heading: string, fields: Fields];

/** Where the options of each decorator are documented. */
export const OPTIONS_TABLES: readonly FieldsTable[] = [
  ['docs/decorators.md', 'Options', commonOptions],
  ['docs/circuits.md', 'Options', circuitFields],
  ['docs/coalescing.md', 'Options', coalesceFields],
  ['docs/concurrency.md', 'Options', concurrencyFields],
  ['docs/hedging.md', 'Options', hedgeFields],
  ['docs/limits-of-our-own.md', 'Options', limiterFields],
  ['docs/rate-limits.md', 'Options', rateLimitFields],
  ['docs/retry.md', 'Options', retryFields],
  ['docs/time-limits.md', 'Options', timeLimitFields],
  ['docs/testing.md', 'Chaos', chaosFields],
];

/** Where the settings of the other groups are documented, with their variables. */
export const SETTINGS_TABLES: readonly (readonly [...FieldsTable, group: string])[] = [
  ['docs/fleet.md', 'Options', fleetFields, 'fleet'],
  ['docs/logging.md', 'Options', logFields, 'log'],
  ['docs/openai.md', 'Options', openaiFields, 'openai'],
];

/** The table as the fields have it. */
export function optionsTable(fields: Fields): string {
  const rows = Object.entries(fields).map(([name, field]) =>
    row(code(name), code(defaultOf(field), 'none'), field.doc),
  );
  return `| option | default | what it is |\n|---|---|---|\n${rows.join('')}`;
}

/** The same with the variable of each setting. */
export function variablesTable(fields: Fields, group: string): string {
  const rows = Object.entries(fields).map(([name, field]) =>
    row(code(`${group}.${name}`), code(field.env, 'none'), code(defaultOf(field), 'none'), field.doc),
  );
  return `| setting | environment | default | what it is |\n|---|---|---|---|\n${rows.join('')}`;
}

/** The three parts of a page: before the first table under a heading, the table, and what comes after it. */
export function aroundTableUnder(text: string, heading: string): readonly [string, string, string] {
  const at = text.search(new RegExp(`^#+ ${heading}$`, 'm'));
  const from = text.indexOf('\n|', at) + 1;
  if (at < 0 || from === 0) throw new Error(`expected a table under ${heading}`);
  const rest = text.slice(from);
  const length = rest.search(/\n(?!\|)/) + 1;
  return [text.slice(0, from), rest.slice(0, length), rest.slice(length)];
}

import { commonOptions } from '#lib/core/common-options.js';
import type { Fields } from '#lib/core/field.js';
import { circuitFields } from '#lib/policies/circuit/options.js';
import { concurrencyFields } from '#lib/policies/concurrency/options.js';
import { hedgeFields } from '#lib/policies/hedge/options.js';
import { rateLimitFields } from '#lib/policies/rate-limit/options.js';
import { retryFields } from '#lib/policies/retry/options.js';
import { timeLimitFields } from '#lib/policies/time-limit/options.js';
import { code, defaultOf, row } from './settings-table.js';

/** Where the options of each decorator are told: a page, a heading, and the table under it. */
export const OPTIONS_TABLES: readonly (readonly [page: string, heading: string, fields: Fields])[] = [
  ['docs/decorators.md', 'Options of all', commonOptions],
  ['docs/decorators.md', '@CircuitProtected', circuitFields],
  ['docs/retry.md', 'Options', retryFields],
  ['docs/rate-limits.md', 'Options', rateLimitFields],
  ['docs/hedging.md', 'Options', hedgeFields],
  ['docs/concurrency.md', 'Options', concurrencyFields],
  ['docs/time-limits.md', 'Options', timeLimitFields],
];

const HEAD = '| option | default | what it is |\n|---|---|---|\n';

/** The table as the fields have it. */
export function optionsTable(fields: Fields): string {
  const rows = Object.entries(fields).map(([name, field]) =>
    row(code(name), code(defaultOf(field), 'none'), field.doc),
  );
  return `${HEAD}${rows.join('')}`;
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

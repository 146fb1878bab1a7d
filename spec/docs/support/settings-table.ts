import type { Field } from '#lib/core/field.js';
import { groups } from '#lib/settings/groups.js';

const BEGIN = '<!-- settings:begin (DOCS=write npm run spec writes what follows) -->\n';
const END = '<!-- settings:end -->';

const HEAD = '| setting | environment | default | expected | what it is |\n|---|---|---|---|---|\n';

/** The three parts of a page: before the table of settings, the table, and what comes after it. */
export function aroundSettingsTable(text: string): readonly [before: string, table: string, after: string] {
  const from = text.indexOf(BEGIN) + BEGIN.length;
  const to = text.indexOf(END);
  if (from < BEGIN.length || to < from) throw new Error(`expected ${BEGIN} and ${END}`);
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}

/** The table as the schema has it. */
export function settingsTable(): string {
  const rows = [...groups].flatMap(([group, { fields }]) =>
    Object.entries(fields).map(([key, field]) => {
      // Which units there are is said once, below the table.
      const expected = field.format.expected.replace(/ with a unit[^o]*(?=, or|$)/, '').replaceAll('"', '`');
      const name = `${group}.${key}`;
      return row(code(name), code(field.env), code(defaultOf(field), 'none'), expected, field.doc);
    }),
  );
  return `${HEAD}${rows.join('')}`;
}

/** A default as a reader writes it. */
export function defaultOf(field: Field<unknown>): string | undefined {
  return (field.default as string | number | boolean | null | undefined)?.toString();
}

export const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
export const code = (text: string | undefined, none = ''): string => (text === undefined ? none : `\`${text}\``);

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { loadSettings } from '#lib/index.js';
import { jsonSchema } from '#lib/settings/json-schema.js';
import { DECLARED_TABLES, declaredTable } from './support/declared-tables.js';
import {
  aroundTableUnder,
  OPTIONS_TABLES,
  optionsTable,
  SETTINGS_TABLES,
  variablesTable,
} from './support/options-tables.js';
import { pages, readPage } from './support/pages.js';
import { root } from './support/repository.js';
import { aroundSettingsTable, settingsTable } from './support/settings-table.js';

const PAGE = 'docs/configuration.md';

describe('the documentation of settings', () => {
  it('has a table that says what the schema says; DOCS=write brings it up to date', () => {
    const [before, table, after] = aroundSettingsTable(readPage(PAGE).text);
    const current = settingsTable();
    if (process.env.DOCS === 'write') writeFileSync(join(root, PAGE), `${before}${current}${after}`);
    else expect(table).to.equal(current);
  });

  /** Writes the table, or expects it to be there. */
  function hold(path: string, heading: string, current: string): void {
    const [before, table, after] = aroundTableUnder(readPage(path).text, heading);
    if (process.env.DOCS === 'write') writeFileSync(join(root, path), `${before}${current}${after}`);
    else expect(table).to.equal(current);
  }

  const upToDate = (path: string, heading: string) => `under ${heading} in ${path}; DOCS=write brings it up to date`;

  for (const [path, heading, fields] of OPTIONS_TABLES)
    it(`has a table that says what the fields say ${upToDate(path, heading)}`, () => {
      hold(path, heading, optionsTable(fields));
    });

  for (const [path, heading, fields, group] of SETTINGS_TABLES)
    it(`has a table that names settings and variables ${upToDate(path, heading)}`, () => {
      hold(path, heading, variablesTable(fields, group));
    });

  for (const table of DECLARED_TABLES)
    it(`has a table that says what the comments of the type say ${upToDate(table.page, table.heading)}`, function () {
      this.timeout(30_000);
      hold(table.page, table.heading, declaredTable(table));
    });

  const files = pages().flatMap(({ blocks }) => blocks.filter(({ marks }) => marks.has('settings')));

  it('shows settings files on several pages', () => {
    expect(new Set(files.map(({ page }) => page.path)))
      .to.have.property('size')
      .above(2);
  });

  for (const { page, line, code } of files) {
    describe(`the file at ${page.path}:${line}`, () => {
      let folder: string;

      before(() => {
        folder = mkdtempSync(join(tmpdir(), 'holdfast-settings-'));
        writeFileSync(join(folder, 'resilience.json'), code);
      });
      after(() => rmSync(folder, { recursive: true }));

      it('is a valid file of settings', () => {
        expect(loadSettings({ env: {}, file: join(folder, 'resilience.json') })).to.have.property('retry');
      });

      it('fits the JSON Schema that editors go by', () => {
        const validate = new Ajv({ formats: { uri: true, 'date-time': true } }).compile(jsonSchema());
        expect(validate(JSON.parse(code)), JSON.stringify(validate.errors)).to.equal(true);
      });
    });
  }
});

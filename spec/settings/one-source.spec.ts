import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Fields } from '#lib/core/field.js';
import type { jsonSchema } from '#lib/settings/json-schema.js';
import type { loadSettings } from '#lib/settings/load.js';
import { optionsTable } from '../docs/support/options-tables.js';
import { compilerOf, optionsIn } from '../support/declarations.js';

const FOLDER = 'build/one-source';
const CONFIG = {
  extends: '../../tsconfig.json',
  compilerOptions: { rootDir: 'lib', outDir: 'dist', sourceMap: false },
  include: ['lib'],
  exclude: ['lib/dashboard/page/browser'],
};

/** The library with one field more, and another one changed. */
describe('A field that is changed in one place', function () {
  this.timeout(60_000);
  let changed: { readonly jsonSchema: typeof jsonSchema; readonly loadSettings: typeof loadSettings; fields: Fields };

  before(async () => {
    rmSync(FOLDER, { recursive: true, force: true });
    cpSync('lib', join(FOLDER, 'lib'), { recursive: true });
    const path = join(FOLDER, 'lib/policies/retry/options.ts');
    const source = readFileSync(path, 'utf8');
    const more = `retryFields = {
      /** How fast it goes. @default 'slow' */
      pace: { doc: 'How fast it goes.', format: oneOf('slow', 'fast'), default: 'slow', env: 'RETRY_PACE' },`;
    const edited = source.replace('retryFields = {', more).replace(/default: 3,/, 'default: 4,');
    expect(edited).not.to.equal(source);
    writeFileSync(path, edited);
    writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(CONFIG));
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', FOLDER]);
    const load = (file: string) => import(pathToFileURL(resolve(FOLDER, 'dist', file)).href);
    const [{ jsonSchema }, { loadSettings }, { retryFields }] = await Promise.all(
      ['settings/json-schema.js', 'settings/load.js', 'policies/retry/options.js'].map(load),
    );
    changed = { jsonSchema, loadSettings, fields: retryFields };
  });
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  it('is another option of the decorator, with its comment', () => {
    const before = optionsIn(compilerOf('dist/index.d.ts'), 'RetryOptions');
    const after = optionsIn(compilerOf(`${FOLDER}/dist/index.d.ts`), 'RetryOptions');
    expect(before).not.to.have.property('pace');
    expect(after.pace).to.deep.equal({ type: '"fast" | "slow" | undefined', doc: 'How fast it goes.' });
  });

  it('is another setting, with its default and its variable', () => {
    expect(changed.loadSettings({ env: {} }).retry).to.include({ maxAttempts: 4, pace: 'slow' });
    expect(changed.loadSettings({ env: { RETRY_PACE: 'fast' } }).retry).to.include({ pace: 'fast' });
    expect(() => changed.loadSettings({ env: { RETRY_PACE: 'quick' } })).to.throw(
      'retry.pace (RETRY_PACE): expected one of "slow", "fast", got "quick"',
    );
  });

  it('is another property of the JSON Schema, in its group and in sections', () => {
    const schema = JSON.parse(JSON.stringify(changed.jsonSchema()));
    const { retry, methods } = schema.properties;
    expect(retry.properties.pace).to.deep.equal({
      description: 'How fast it goes. Environment: RETRY_PACE.',
      default: 'slow',
      enum: ['slow', 'fast'],
    });
    expect(retry.properties.maxAttempts.default).to.equal(4);
    expect(methods.additionalProperties.properties.retry.properties.pace).to.deep.equal({
      description: 'How fast it goes.',
      enum: ['slow', 'fast'],
    });
  });

  it('is another row of the table in the docs', () => {
    const table = optionsTable(changed.fields);
    expect(table).to.include('| `pace` | `slow` | How fast it goes. |');
    expect(table).to.include('| `maxAttempts` | `4` |');
  });
});

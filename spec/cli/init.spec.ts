import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { expect } from 'chai';
import { loadSettings } from '#lib/settings/load.js';
import { jsonSchema } from '#lib/settings/json-schema.js';
import { holdfast, linesOf } from '../support/command.js';
import { scratch } from '../support/files.js';

describe('holdfast init', function () {
  this.timeout(10_000);
  const files = scratch();
  const DEFAULTS = {
    retry: { maxAttempts: 3, minWait: '1s', maxWait: '10s' },
    circuit: { failureThreshold: 5, recoveryTimeout: '60s' },
  };

  /** A project folder of its own, with these dependencies, and the folders that are to be there. */
  function project(name: string, dependencies: Record<string, string>, ...folders: string[]): string {
    for (const folder of ['', ...folders]) mkdirSync(join(files.folder, name, folder), { recursive: true });
    files.write(`${name}/package.json`, { name, dependencies });
    return join(files.folder, name);
  }

  const init = (cwd: string, args: string[] = []) => holdfast(['init', ...args], { cwd });
  const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

  it('writes a file that is right by its schema and changes no setting', async () => {
    const folder = project('plain', {});
    const { code, stdout, stderr } = await init(folder);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(linesOf(stdout)).to.deep.equal([
      'Wrote resilience.json. Every option and its default: npx holdfast explain',
      'holdfast is not installed in this project yet: npm install holdfast',
    ]);
    const file = join(folder, 'resilience.json');
    const content = read(file);
    expect(content).to.deep.equal({ $schema: './node_modules/holdfast/resilience.schema.json', ...DEFAULTS });
    const ajv = new Ajv.default({ strict: false, logger: false });
    expect(ajv.validate(jsonSchema(), content), JSON.stringify(ajv.errors)).to.equal(true);
    expect(loadSettings({ env: {}, file })).to.deep.equal(loadSettings({ env: {} }));
  });

  it('finds the schema that is installed further up, and what the project depends on', async () => {
    const root = project('workspace', {}, 'packages/api', 'node_modules/holdfast');
    files.write('workspace/node_modules/holdfast/resilience.schema.json', {});
    const folder = join(root, 'packages/api');
    files.write('workspace/packages/api/package.json', { dependencies: { openai: '6' } });
    const { stdout } = await init(folder);
    expect(linesOf(stdout)).to.deep.equal([
      'Wrote resilience.json. Every option and its default: npx holdfast explain',
      'Found openai: see holdfast/openai.',
    ]);
    expect(read(join(folder, 'resilience.json'))).to.deep.equal({
      $schema: '../../node_modules/holdfast/resilience.schema.json',
      ...DEFAULTS,
      openai: { chatModel: 'gpt-5-mini' },
    });
  });

  it('writes the file that RESILIENCE_CONFIG or --config names', async () => {
    const folder = project('named', {}, 'config');
    const { code } = await init(folder, ['--config', 'config/mine.json']);
    expect(code).to.equal(0);
    expect(read(join(folder, 'config/mine.json'))).to.have.property(
      '$schema',
      '../node_modules/holdfast/resilience.schema.json',
    );
  });

  it('leaves a file that is there as it is, and says what to add to it', async () => {
    const folder = project('taken', {});
    const file = files.write('taken/resilience.json', { retry: { maxAttempts: 7 } });
    const { code, stdout, stderr } = await init(folder);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.equal(
      'holdfast: resilience.json already exists and was not changed. For its schema, add: ' +
        '"$schema": "./node_modules/holdfast/resilience.schema.json"\n',
    );
    expect(read(file)).to.deep.equal({ retry: { maxAttempts: 7 } });
  });

  it('says so if there is no such folder', async () => {
    const { code, stderr } = await init(project('nowhere', {}), ['--config', 'missing/mine.json']);
    expect(code).to.equal(2);
    expect(stderr).to.equal('holdfast: missing/mine.json: expected a folder that exists. Make it first.\n');
  });

  it('goes on with a package.json that is not JSON', async () => {
    const folder = project('broken', {});
    files.write('broken/package.json', '{ "dependencies":');
    expect((await init(folder)).code).to.equal(0);
  });
});

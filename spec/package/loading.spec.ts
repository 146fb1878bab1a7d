import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { consumer, manifestOf } from './support/packed.js';
import { node } from './support/processes.js';

describe('the installed package', function () {
  this.timeout(60_000);
  let project: string;
  let traces = 0;

  before(async () => {
    project = await consumer('installed', { sources: [], beside: ['openai'] });
  });

  /** The packages of which a program loads something, without holdfast itself. */
  async function packagesLoadedBy(program: string): Promise<ReadonlySet<string>> {
    const trace = join(project, `trace-${++traces}.txt`);
    const args = ['--import', './trace.mjs', '--input-type', 'module', '--eval', program];
    const { code, stderr } = await node(args, project, { TRACE: trace });
    expect(code, stderr).to.equal(0);
    const urls = await readFile(trace, 'utf8');
    return new Set([...urls.matchAll(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(([, name = '']) => name));
  }

  it('loads its own few dependencies with the main entry point, and not openai', async () => {
    const loaded = await packagesLoadedBy("import 'holdfast'");
    expect(loaded).to.include.all.keys('holdfast', 'convict', 'ms', 'reflect-metadata', 'fastest-levenshtein');
    expect(loaded).not.to.have.any.keys('openai');
  });

  it('loads winston with the first line of its log', async () => {
    const isLoaded = `import { createRequire } from 'node:module';
      import { circuit } from 'holdfast';
      const { cache } = createRequire(import.meta.url);
      const isLoaded = () => Object.keys(cache).some((path) => path.includes('winston'));`;
    const program = `${isLoaded} console.log(isLoaded()); circuit('a').isolate(); console.log(isLoaded());`;
    expect(await packagesLoadedBy(isLoaded)).not.to.have.any.keys('winston');
    const { stdout, stderr } = await node(['--input-type', 'module', '--eval', program], project);
    expect({ stdout, line: JSON.parse(stderr).message }).to.deep.equal({
      stdout: 'false\ntrue\n',
      line: 'circuit_opened',
    });
  });

  it('loads openai with holdfast/openai', async () => {
    expect(await packagesLoadedBy("import 'holdfast/openai'")).to.include.all.keys('openai');
  });

  it('loads no openai with holdfast/testing', async () => {
    expect(await packagesLoadedBy("import 'holdfast/testing'")).not.to.have.any.keys('openai');
  });

  it('loads no peer with the entry points that only read the counters', async () => {
    const program = "import 'holdfast/prometheus'; import 'holdfast/health'; import 'holdfast/dashboard'";
    expect(await packagesLoadedBy(program)).not.to.have.any.keys('prom-client', '@opentelemetry/api', 'openai');
  });

  it('is one and the same for require() and for import', async () => {
    const program = `
      import * as imported from 'holdfast';
      import { createRequire } from 'node:module';
      const required = createRequire(import.meta.url)('holdfast');
      console.log(required.RetryOnTransient === imported.RetryOnTransient, Object.keys(required).length > 0);`;
    const { stdout, stderr } = await node(['--input-type', 'module', '--eval', program], project);
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'true true\n', stderr: '' });
  });

  it('brings the schema of its settings file along', async () => {
    const program = `
      import { createRequire } from 'node:module';
      const schema = createRequire(import.meta.url)('holdfast/resilience.schema.json');
      console.log(Object.keys(schema.properties.retry.properties).join());`;
    const { stdout, stderr } = await node(['--input-type', 'module', '--eval', program], project);
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'maxAttempts,minWait,maxWait,jitter,nested\n', stderr: '' });
  });

  describe('the command', () => {
    const FILE = { retry: { maxAttempts: 4 } };
    let alone: string;

    before(async () => {
      alone = await consumer('without-openai', { sources: [], beside: [] });
      await writeFile(join(alone, 'resilience.json'), JSON.stringify(FILE));
    });

    const mainIn = async (folder: string): Promise<string> => {
      return join(folder, 'node_modules/holdfast', (await manifestOf(folder)).bin.holdfast);
    };

    async function command(folder: string, ...args: readonly string[]): ReturnType<typeof node> {
      return node([await mainIn(folder), ...args], folder);
    }

    it('can be run as a program', async () => {
      expect(await readFile(await mainIn(project), 'utf8')).to.match(/^#!\/usr\/bin\/env node\n/);
    });

    it('prints its version', async () => {
      const { version } = await manifestOf(project);
      expect(await command(project, '--version')).to.deep.equal({ code: 0, stdout: `${version}\n`, stderr: '' });
    });

    it('prints its commands', async () => {
      const { code, stdout, stderr } = await command(project, '--help');
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout)
        .to.match(/^Usage: holdfast/)
        .and.match(/\bexplain\b/);
    });

    it('loads no package but those of the library, and none for its help', async () => {
      const run = async (...args: string[]): Promise<ReadonlySet<string>> =>
        packagesLoadedBy(`process.argv = ${JSON.stringify(['node', 'holdfast', ...args])};
          await import(${JSON.stringify(pathToFileURL(await mainIn(project)).href)});`);
      expect([...(await run('--help'))]).to.deep.equal(['holdfast']);
      const library = await packagesLoadedBy("import 'holdfast'; import 'holdfast/openai'");
      const loaded = await run('explain');
      expect(loaded).to.include.all.keys('holdfast', 'openai');
      expect([...loaded].filter((name) => !library.has(name))).to.deep.equal([]);
    });

    it('explains the settings without the package openai, and says what is missing', async () => {
      const { code, stdout, stderr } = await command(alone, 'explain');
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.match(/^Settings file: .*resilience\.json$/m);
      expect(stdout).to.match(/^ {2}maxAttempts +4 +file +RETRY_MAX_ATTEMPTS$/m);
      expect(stdout.trimEnd().split('\n').at(-1)).to.match(
        /^Methods: none\. .* need the package openai: npm install openai$/,
      );
    });

    it('explains them as JSON without the package openai', async () => {
      const { code, stdout, stderr } = await command(alone, 'explain', '--json');
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      const { settings, methods } = JSON.parse(stdout);
      expect(settings).to.deep.include({
        key: 'retry.maxAttempts',
        value: 4,
        source: 'file',
        from: 'resilience.json',
        env: 'RETRY_MAX_ATTEMPTS',
      });
      expect(methods).to.deep.equal({});
    });

    it('answers the question for one method in one line without the package openai', async () => {
      const { code, stdout, stderr } = await command(alone, 'explain', 'GenerationService.generateAnswer');
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.equal(
        'holdfast: the stack of "GenerationService.generateAnswer" cannot be shown without the package openai: ' +
          'npm install openai\n',
      );
    });
  });
});

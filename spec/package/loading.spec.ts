import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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

  it('loads its own few dependencies with the main entry point: neither openai nor what the command needs', async () => {
    const loaded = await packagesLoadedBy("import 'holdfast'");
    expect(loaded).to.include.all.keys(
      'holdfast',
      'winston',
      'convict',
      'ms',
      'reflect-metadata',
      'fastest-levenshtein',
    );
    expect(loaded).not.to.have.any.keys('openai', 'commander', 'cli-table3', 'log-update');
  });

  it('loads openai with holdfast/openai, and nothing that the command needs', async () => {
    const loaded = await packagesLoadedBy("import 'holdfast/openai'");
    expect(loaded).to.include.all.keys('openai');
    expect(loaded).not.to.have.any.keys('commander', 'cli-table3', 'log-update');
  });

  it('loads neither with holdfast/testing', async () => {
    const loaded = await packagesLoadedBy("import 'holdfast/testing'");
    expect(loaded).not.to.have.any.keys('openai', 'commander', 'cli-table3', 'log-update');
  });

  for (const entry of ['ai', 'fetch', 'http']) {
    it(`loads nothing with holdfast/${entry} that the main entry point does not, though nothing is installed beside it`, async () => {
      const [main, own] = [
        await packagesLoadedBy("import 'holdfast'"),
        await packagesLoadedBy(`import 'holdfast/${entry}'`),
      ];
      expect([...own].sort()).to.deep.equal([...main].sort());
    });
  }

  for (const [entry, peer] of [
    ['fetch/axios', 'axios'],
    ['nestjs', '@nestjs/common'],
  ] as const) {
    it(`says what is missing where holdfast/${entry} is used without its peer`, async () => {
      const { code, stderr } = await node(['--input-type', 'module', '--eval', `import 'holdfast/${entry}'`], project);
      expect(code).to.equal(1);
      expect(stderr).to.include(`Cannot find package '${peer}'`);
    });
  }

  it('needs no undici for holdfast/fetch/undici to be loaded: it is given one', async () => {
    expect([...(await packagesLoadedBy("import 'holdfast/fetch/undici'"))]).not.to.include('undici');
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
    async function command(...args: readonly string[]): ReturnType<typeof node> {
      const { bin } = await manifestOf(project);
      return node([join(project, 'node_modules/holdfast', bin.holdfast), ...args], project);
    }

    it('can be run as a program', async () => {
      const { bin } = await manifestOf(project);
      const script = await readFile(join(project, 'node_modules/holdfast', bin.holdfast), 'utf8');
      expect(script).to.match(/^#!\/usr\/bin\/env node\n/);
    });

    it('says its version', async () => {
      const { version } = await manifestOf(project);
      expect(await command('--version')).to.deep.equal({ code: 0, stdout: `${version}\n`, stderr: '' });
    });

    it('says what it can do', async () => {
      const { code, stdout, stderr } = await command('--help');
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout)
        .to.match(/^Usage: holdfast/)
        .and.match(/\bask\b/)
        .and.match(/\bexplain\b/);
    });
  });
});

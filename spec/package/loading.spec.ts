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

  it('loads few packages with the main entry point: not openai, nor those that only settings, log lines, and decorators need', async () => {
    const loaded = await packagesLoadedBy("import 'holdfast'");
    expect([...loaded].sort()).to.deep.equal(['fastest-levenshtein', 'holdfast', 'ms']);
  });

  it('loads none of the modules of Node that take long, before it needs them', async () => {
    const program = `
      const before = new Set(process.moduleLoadList);
      require('holdfast');
      const later = process.moduleLoadList.filter((name) => !before.has(name));
      console.log(['stream', 'tty', 'net', 'module'].filter((name) => later.includes('NativeModule ' + name)).join());`;
    await writeFile(join(project, 'modules.cjs'), program);
    const { code, stdout, stderr } = await node(['modules.cjs'], project);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.equal('\n');
  });

  it('knows the noted types of the first method of a process', async () => {
    // In the order in which compilers write it for legacy decorators.
    const program = `
      import { RetryOnTransient } from 'holdfast';
      const descriptor = { value: () => 'a word', writable: true, configurable: true };
      const noted = [RetryOnTransient(), Reflect.metadata?.('design:returntype', String)];
      const prototype = Object.defineProperty({}, 'word', descriptor);
      try {
        noted.reverse().forEach((decorator) => decorator(prototype, 'word', descriptor));
      } catch ({ message }) { console.log(message); }`;
    const { stdout } = await node(['--input-type', 'module', '--eval', program], project);
    expect(stdout).to.include('word: @RetryOnTransient() stands on a synchronous method. Write: async word(…)');
  });

  it('loads convict if there are settings to check, and not for a call without', async () => {
    const call = "import { RetryOnTransient } from 'holdfast'; await RetryOnTransient()(async () => 1)();";
    expect(await packagesLoadedBy(call)).not.to.have.any.keys('convict');
    const loaded = await packagesLoadedBy(`process.env.RETRY_MAX_ATTEMPTS = '2'; ${call}`);
    expect(loaded).to.include.all.keys('convict');
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

  it('loads the API of OpenTelemetry with holdfast/otel, and that of its logs only for those', async () => {
    const beside = ['@opentelemetry/api', '@opentelemetry/api-logs'];
    const instrumented = await consumer('instrumented', { sources: [], beside });
    const loadedBy = async (program: string): Promise<string[]> => {
      const trace = join(instrumented, `trace-${++traces}.txt`);
      const args = ['--import', './trace.mjs', '--input-type', 'module', '--eval', program];
      const { code, stderr } = await node(args, instrumented, { TRACE: trace });
      expect(code, stderr).to.equal(0);
      const urls = await readFile(trace, 'utf8');
      return beside.filter((name) => urls.includes(`/node_modules/${name}/`));
    };
    expect(await loadedBy("import 'holdfast'; import 'holdfast/prometheus'")).to.deep.equal([]);
    const otel = "import { instrument } from 'holdfast/otel'; instrument";
    expect(await loadedBy(`${otel}()`)).to.deep.equal(['@opentelemetry/api']);
  });

  it('says which package the logs of OpenTelemetry need', async () => {
    const alone = await consumer('without-logs', { sources: [], beside: ['@opentelemetry/api'] });
    const program = `
      import { instrument } from 'holdfast/otel';
      try { instrument({ events: 'log' }); } catch ({ name, problems }) { console.log(name, ...problems); }
      instrument({ events: 'log', loggerProvider: { getLogger: () => ({ emit() {} }) } });`;
    const { code, stdout } = await node(['--input-type', 'module', '--eval', program], alone);
    expect(code).to.equal(0);
    expect(stdout).to.equal(
      'ConfigurationError instrument: events: "log" needs @opentelemetry/api-logs, which is not installed. ' +
        'Run: npm install @opentelemetry/api-logs, or set loggerProvider\n',
    );
  });

  it('loads no client of Redis or Valkey with holdfast/fleet, which works without any of them', async () => {
    const loaded = await packagesLoadedBy("import 'holdfast/fleet'");
    expect(loaded).to.include.all.keys('holdfast');
    expect(loaded).not.to.have.any.keys('redis', '@redis/client', 'ioredis', 'iovalkey', 'openai');
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
    ['otel', '@opentelemetry/api'],
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

  it('exports the same names to require() and to import', async () => {
    const program = `
      import { createRequire } from 'node:module';
      import { entries } from './entries.mjs';
      const require = createRequire(import.meta.url);
      for (const entry of entries) {
        const [imported, required] = [await import(entry), require(entry)];
        const names = Object.keys(imported).sort().join();
        console.log(entry, names === Object.keys(required).sort().join() && names.length > 0);
      }`;
    const { peerDependencies } = await manifestOf(project);
    const whole = await consumer('whole', { sources: [], beside: Object.keys(peerDependencies) });
    const { exports } = await manifestOf(whole);
    const entries = Object.keys(exports)
      .filter((path) => typeof exports[path] === 'object')
      .map((path) => path.replace('.', 'holdfast'));
    await writeFile(join(whole, 'entries.mjs'), `export const entries = ${JSON.stringify(entries)};`);
    const { stdout, stderr } = await node(['--input-type', 'module', '--eval', program], whole);
    expect({ stdout, stderr }).to.deep.equal({
      stdout: entries.map((entry) => `${entry} true\n`).join(''),
      stderr: '',
    });
  });

  it('loads with node --frozen-intrinsics, which does not allow reflect-metadata', async () => {
    const program = `
      import { CircuitProtected, circuit, configure, RetryOnTransient } from 'holdfast';
      configure({ settings: { log: { level: 'silent' } } });
      class Service { async ask() { return 'an answer'; } }
      const { ask } = Service.prototype;
      Service.prototype.ask = CircuitProtected('frozen')(RetryOnTransient()(ask));
      console.log(await new Service().ask());
      circuit('frozen').isolate();
      console.log(await new Service().ask().catch(({ name }) => name));`;
    const args = ['--frozen-intrinsics', '--no-warnings', '--input-type', 'module', '--eval', program];
    expect(await node(args, project)).to.deep.equal({ code: 0, stdout: 'an answer\nCircuitOpenError\n', stderr: '' });
  });

  it('brings the schema of its settings file along', async () => {
    const program = `
      import { createRequire } from 'node:module';
      const schema = createRequire(import.meta.url)('holdfast/resilience.schema.json');
      console.log(Object.keys(schema.properties.retry.properties).join());`;
    const { stdout, stderr } = await node(['--input-type', 'module', '--eval', program], project);
    expect({ stdout, stderr }).to.deep.equal({
      stdout: 'enabled,maxAttempts,minWait,maxWait,jitter,nested\n',
      stderr: '',
    });
  });

  describe('the command', () => {
    const FILE = { retry: { maxAttempts: 4 } };
    let alone: string;

    before(async () => {
      alone = await consumer('command-alone', { sources: [], beside: [] });
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

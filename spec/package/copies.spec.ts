import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { consumer, root } from './support/packed.js';
import { node } from './support/processes.js';

const program = join(root, 'spec/package/fixtures/copies/program.mjs');

const REQUIRED = `
  import { createRequire } from 'node:module';
  import * as a from 'holdfast';
  import * as testing from 'holdfast/testing';
  export const copies = async () => ({ a, b: createRequire(import.meta.url)('holdfast'), testing });`;

/** The condition under which bundlers, and with this flag Node, take the ES modules of the core. */
const BUNDLED = ['--conditions', 'module'];

/** How a program reaches its two copies. */
const COPIES = {
  'ES modules and CommonJS': { flags: BUNDLED, source: REQUIRED },
  'a second installation': {
    flags: [],
    source: `
      import * as b from 'other';
      import * as a from 'holdfast';
      import * as testing from 'holdfast/testing';
      export const copies = async () => ({ a, b, testing });`,
  },
};

const SHOWN = {
  circuit: {
    isOpen: true,
    names: ['upstream'],
    refused: 'CircuitOpenError',
    isOurs: [true, true],
    heard: ['call_failed', 'circuit_opened', 'call_failed', 'circuit_refused', 'call_failed'],
  },
  keyed: 'isolated',
  later: 'isolated',
  calls: 3 + 5 + 3,
  multiplied: 1,
  signals: [true, false],
  gate: [0, 1],
  bulkhead: ['ConcurrencyLimitError', 1, 1],
  limiter: 'RateLimitedError',
  mixed: ['mixed', 1, 2],
  described: ['CircuitProtected', 'RetryOnTransient'],
  errors: [],
  families: [true, false],
  sameClasses: false,
};

describe('two copies of the package in one process', function () {
  this.timeout(60_000);
  let project: string;

  /** A package that brings a copy of its own. */
  const other = (): string => join(project, 'node_modules/other');

  before(async () => {
    project = await consumer('two-copies', { sources: [], beside: [] });
    const copy = join(other(), 'node_modules/holdfast');
    await mkdir(copy, { recursive: true });
    await cp(join(project, 'node_modules/holdfast'), copy, { recursive: true });
    await writeFile(
      join(other(), 'package.json'),
      JSON.stringify({ name: 'other', type: 'module', exports: './index.js' }),
    );
    await writeFile(join(other(), 'index.js'), "export * from 'holdfast';");
  });

  /** What the program shows, each reached by this source. */
  async function shown(name: string, source: string, flags: readonly string[]): Promise<unknown> {
    const copies = join(project, `${name.replaceAll(/\W/g, '-')}.mjs`);
    await writeFile(copies, source);
    const quiet = { RESILIENCE_LOG_LEVEL: 'silent', LOG_LEVEL: 'silent' };
    const { stdout, stderr } = await node([...flags, program, copies], project, quiet);
    expect(stderr).to.equal('');
    return JSON.parse(stdout);
  }

  for (const [name, { flags, source }] of Object.entries(COPIES)) {
    it(`share circuits, gates, bulkheads, limiters, settings, events, signals and errors: ${name}`, async () => {
      expect(await shown(name, source, flags)).to.deep.equal(SHOWN);
    });
  }

  it('are one and the same in Node, whether they are imported or required', async () => {
    expect(await shown('one copy', REQUIRED, [])).to.deep.equal({ ...SHOWN, sameClasses: true });
  });

  it('export through one registry and one provider once', async () => {
    const both = await consumer('two-exporters', {
      sources: [],
      beside: ['prom-client', 'tdigest', 'bintrees', '@opentelemetry/api'],
    });
    const program = `
      import { createRequire } from 'node:module';
      import * as otel from 'holdfast/otel';
      import * as prometheus from 'holdfast/prometheus';
      import { Registry } from 'prom-client';
      const require = createRequire(import.meta.url);
      const [otherOtel, otherPrometheus] = [require('holdfast/otel'), require('holdfast/prometheus')];
      const registry = new Registry();
      console.log(prometheus.register(registry) === otherPrometheus.register(registry), otel.instrument() === otherOtel.instrument());
      console.log((await registry.metrics()).match(/# TYPE holdfast_calls_total/g).length);`;
    const { stdout, stderr } = await node(['--input-type', 'module', '--eval', program], both);
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'true true\n1\n', stderr: '' });
  });

  it('emit one process warning if they are of two major versions, which share nothing', async () => {
    const folder = join(other(), 'node_modules/holdfast/dist');
    const changed = [];
    for (const name of await readdir(folder, { recursive: true })) {
      if (!name.endsWith('.js')) continue;
      const code = await readFile(join(folder, name), 'utf8');
      const later = code.replace(/^(\s*(?:const|var) MAJOR ?= ?)(["'])\d+\2/m, '$1$29$2');
      if (later === code) continue;
      changed.push(name);
      await writeFile(join(folder, name), later);
    }
    expect(changed).to.have.lengthOf.above(0);
    const use = `
      import { circuit } from 'holdfast';
      import { circuit as later } from 'other';
      circuit('one').isolate();
      console.log(circuit('one').isOpen, later('one').isOpen);`;
    const { stdout, stderr } = await node(['--input-type', 'module', '--eval', use], project);
    expect(stdout).to.equal('true false\n');
    expect(stderr.match(/HOLDFAST_TWO_VERSIONS/g)).to.have.lengthOf(1);
    expect(stderr).to.match(/\[HOLDFAST_TWO_VERSIONS\] HoldfastWarning: Versions 0\.x and 9\.x of holdfast are loaded/);
  });
});

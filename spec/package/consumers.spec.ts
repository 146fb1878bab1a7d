import { join } from 'node:path';
import { expect } from 'chai';
import { consumer, type Installed, modules } from './support/packed.js';
import { node } from './support/processes.js';

const COMPILERS = { 'TypeScript 7': 'typescript', 'TypeScript 5': 'typescript-5' };
const DIALECTS = { standard: [], legacy: ['--experimentalDecorators', '--emitDecoratorMetadata'] };

const TYPES = ['@types/node', 'undici-types'];

const CONSUMERS: Readonly<Record<string, Installed>> = {
  'without openai': { sources: ['service.ts', 'visibility.ts', 'commonjs.cts'], beside: TYPES },
  'with openai 6': { sources: ['service.ts', 'answer.ts'], beside: [...TYPES, 'openai'] },
  'with openai 7': { sources: ['service.ts', 'answer.ts'], beside: [...TYPES, 'openai=openai-7'] },
};

/** What each source prints, whatever it was compiled with. */
const PRINTS: Readonly<Record<string, unknown>> = {
  'service.ts': {
    retried: 'hello Ada',
    rethrown: true,
    refused: 'later',
    calls: 4,
    state: 'open',
    events: [
      'retry_scheduled',
      'retry_scheduled',
      'retry_gave_up',
      'circuit_opened',
      'call_failed',
      'circuit_refused',
      'fallback_used',
    ],
    stack: ['CircuitProtected', 'RetryOnTransient'],
  },
  'answer.ts': {
    answer: 'Paris is the capital of France.',
    isFallback: false,
    length: 1536,
    requests: 4,
    circuit: 'closed',
  },
  'visibility.ts': { calls: [{ outcome: 'success', count: 1 }], status: 'up', hasMetrics: true },
  'commonjs.cts': { answer: 'well!', calls: 2 },
};

/** Every way to compile: what its output folder is called, and how tsc is called. */
const COMPILATIONS = Object.entries(COMPILERS).flatMap(([version, compiler]) =>
  Object.entries(DIALECTS).map(([dialect, flags]) => ({
    title: `with ${version} in the ${dialect} dialect`,
    out: join('out', `${compiler}-${dialect}`),
    command: [join(modules, compiler, 'bin/tsc'), ...flags],
  })),
);

describe('a consumer in CommonJS', function () {
  this.timeout(120_000);

  it('compiles with TypeScript 5, module commonjs and resolution node10, and does what it says', async () => {
    const project = await consumer('node10', { sources: ['commonjs.cts', 'testing.cts'], beside: TYPES });
    const flags = [
      '--module',
      'commonjs',
      '--moduleResolution',
      'node10',
      '--experimentalDecorators',
      '--outDir',
      'out',
    ];
    const { stdout, stderr } = await node([join(modules, 'typescript-5', 'bin/tsc'), ...flags], project);
    expect(`${stdout}${stderr}`).to.equal('');
    const ran = await Promise.all(['out/commonjs.cjs', 'out/testing.cjs'].map((script) => node([script], project)));
    expect(ran.map((ended) => ended.stderr || JSON.parse(ended.stdout))).to.deep.equal([
      PRINTS['commonjs.cts'],
      { now: 2000, isRetried: true },
    ]);
  });
});

for (const [name, installed] of Object.entries(CONSUMERS)) {
  describe(`a consumer ${name}`, function () {
    this.timeout(120_000);
    let project: string;
    let said: ReadonlyMap<string, string>;

    before(async () => {
      project = await consumer(name.replaceAll(' ', '-'), installed);
      const compiled = COMPILATIONS.map(async ({ out, command }) => {
        const { stdout, stderr } = await node([...command, '--outDir', out], project);
        return [out, `${stdout}${stderr}`] as const;
      });
      said = new Map(await Promise.all(compiled));
    });

    for (const { title, out } of COMPILATIONS) {
      it(`compiles ${title}, our declarations too, and does what it says`, async () => {
        expect(said.get(out)).to.equal('');
        const scripts = installed.sources.map((source) => join(out, source.replace(/ts$/, 'js')));
        const ran = await Promise.all(scripts.map((script) => node([script], project)));
        const printed = ran.map(({ stdout, stderr }): unknown => (stderr === '' ? JSON.parse(stdout) : stderr));
        expect(printed).to.deep.equal(installed.sources.map((source) => PRINTS[source]));
      });
    }
  });
}

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { build, type Format } from 'esbuild';
import { consumer } from './support/packed.js';
import { type Ended, node } from './support/processes.js';

const THREE_LINES = `
  import { CircuitProtected, RetryOnTransient } from 'holdfast';
  const ask = CircuitProtected()(RetryOnTransient()(async () => 'an answer'));
  void ask().then((answer) => console.log(answer));`;

/** Bytes of the three lines, bundled and minified: all of them, and those of holdfast itself. */
const BOUNDS = { total: 155_000, ours: 151_500 };

const EVERYTHING = `
  import * as core from 'holdfast';
  import * as fleet from 'holdfast/fleet';
  console.log(core, fleet);`;

/** Texts of what three lines do not use: the hints of describe(), hedged calls, the fleet's script. */
const UNUSED = ['does nothing without failureRate', 'Another attempt was faster.', 'ZREMRANGEBYSCORE'];

/** Retries once, and shows a setting of the environment. */
const LOGGING = `
  import { RetryOnTransient } from 'holdfast';
  let calls = 0;
  const ask = RetryOnTransient({ minWait: '1ms', maxWait: '1ms' })(async () => {
    calls += 1;
    throw Object.assign(new Error('HTTP 503'), { status: 503 });
  });
  void ask().catch(() => console.log(calls));`;

describe('a bundle that esbuild makes', function () {
  this.timeout(60_000);
  let project: string;

  before(async () => {
    project = await consumer('bundled', { sources: [], beside: [] });
  });

  /** Bundles a program, minified, into a file that stands alone. */
  async function bundle(name: string, contents: string, format: Format) {
    const folder = join(project, '..', `alone-${name}`);
    await mkdir(folder, { recursive: true });
    const file = join(folder, format === 'esm' ? 'main.mjs' : 'main.cjs');
    const { metafile, warnings } = await build({
      stdin: { contents, resolveDir: project },
      outfile: file,
      ...{ bundle: true, minify: true, metafile: true, platform: 'node', target: 'es2022', logLevel: 'silent' },
      format,
    });
    const [output] = Object.values(metafile.outputs);
    const inputs = Object.entries(output?.inputs ?? {}).map(([input, { bytesInOutput }]) => ({
      name: /.*node_modules\/([^/]+)\//.exec(input)?.[1],
      bytes: bytesInOutput,
    }));
    return { file, folder, warnings, bytes: output?.bytes ?? 0, inputs };
  }

  const run = async (folder: string, args: readonly string[], env = {}): Promise<Ended> =>
    node(['--input-type', 'module', ...args], folder, env);

  for (const format of ['esm', 'cjs'] as const) {
    it(`is small for three lines, of few packages, and runs without node_modules: ${format}`, async () => {
      const { file, folder, bytes, inputs } = await bundle('small', THREE_LINES, format);
      expect(bytes).to.be.below(BOUNDS.total);
      const ours = inputs.filter(({ name }) => name === 'holdfast').map((input) => input.bytes);
      expect(ours.reduce((sum, each) => sum + each, 0)).to.be.below(BOUNDS.ours);
      const packages = new Set(inputs.flatMap(({ name }) => name ?? []));
      expect([...packages]).to.have.members(['fastest-levenshtein', 'holdfast', 'ms']);
      expect(await node([file], folder)).to.deep.equal({ code: 0, stdout: 'an answer\n', stderr: '' });
    });

    it(`leaves out what nothing uses: ${format}`, async () => {
      const [few, all] = await Promise.all([bundle('few', THREE_LINES, format), bundle('all', EVERYTHING, format)]);
      const within = async (file: string): Promise<string[]> => {
        const code = await readFile(file, 'utf8');
        return UNUSED.filter((text) => code.includes(text));
      };
      expect(await within(few.file)).to.deep.equal([]);
      expect(await within(all.file)).to.deep.equal(UNUSED);
    });

    it(`reads settings and writes its log without convict and winston: ${format}`, async () => {
      const { file, folder } = await bundle('logging', LOGGING, format);
      const { code, stdout, stderr } = await node([file], folder, { RETRY_MAX_ATTEMPTS: '2' });
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '2\n' });
      const lines = stderr.trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line).message)).to.deep.equal(['retry_scheduled', 'retry_gave_up']);
    });
  }

  it("loads and runs in a runtime without Node's modules and without a process", async () => {
    const { folder } = await bundle('edge', LOGGING, 'esm');
    const edge = 'delete globalThis.process; delete globalThis.setImmediate; await import("./main.mjs");';
    const { code, stdout, stderr } = await run(folder, ['--eval', edge]);
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '3\n' });
    expect(stderr.match(/"message":"retry_scheduled"/g)).to.have.lengthOf(2);
  });

  it("writes its log beside a process whose members throw, as in Next.js's edge runtime", async () => {
    const { folder } = await bundle('polyfilled', LOGGING, 'esm');
    const edge = `
      const polyfill = { env: { RETRY_MAX_ATTEMPTS: '2', RETRY_MIN_WAIT: '1ms' } };
      const unsupported = () => { throw new Error('not supported in the Edge Runtime'); };
      for (const name of ['once', 'removeListener', 'emitWarning', 'getBuiltinModule']) polyfill[name] = unsupported;
      globalThis.process = polyfill;
      await import("./main.mjs");`;
    const { code, stdout, stderr } = await run(folder, ['--eval', edge]);
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '2\n' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).message)).to.deep.equal(['retry_scheduled', 'retry_gave_up']);
  });
});

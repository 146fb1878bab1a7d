import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { library, runProgram } from '../../support/program.js';
import { parse } from '../support/captured.js';

const LIBRARY = `import { circuit, configure, RetryOnTransient } from ${library('index.js')};`;
const FLOOD = `
  ${LIBRARY}
  for (let i = 0; i < 2000; i++) {
    circuit('a-name-that-is-long-enough-to-fill-a-pipe-' + i).isolate();
    if (i % 100 === 0) await new Promise((next) => setImmediate(next));
  }
  console.log('done');
`;

describe("Holdfast's own logger", function () {
  this.timeout(20_000);

  const messages = (stderr: string): unknown[] => parse(stderr).map(({ message }) => message);

  it('loads winston with the first line that it writes, and not before', async () => {
    const { stdout, stderr } = await runProgram(`
      import { createRequire } from 'node:module';
      ${LIBRARY}
      const { cache } = createRequire(import.meta.url);
      const isLoaded = () => Object.keys(cache).some((path) => path.includes('winston'));
      const before = isLoaded();
      const restore = configure({ settings: { log: { level: 'error' } } });
      circuit('a').reset();
      await RetryOnTransient({ maxAttempts: 1 })(async () => { throw { status: 503 }; })().catch(() => {});
      const quiet = isLoaded();
      circuit('a').isolate();
      console.log(before, quiet, isLoaded());
    `);
    expect(stdout).to.equal('false false true\n');
    expect(messages(stderr)).to.deep.equal(['circuit_opened']);
  });

  it('loses no line when the process ends right after it', async () => {
    const isolated = `${LIBRARY} circuit('a').isolate(); circuit('b').isolate();`;
    const exited = await runProgram(`${isolated} process.exit(3);`);
    expect(exited.code).to.equal(3);
    expect(messages(exited.stderr)).to.deep.equal(['circuit_opened', 'circuit_opened']);
    const crashed = await runProgram(`${isolated} throw new Error('crash');`);
    expect(crashed.code).to.equal(1);
    expect(crashed.stderr.match(/circuit_opened/g)).to.have.lengthOf(2);
  });

  it('writes every line once and in order, however many at once', async () => {
    const { stderr } = await runProgram(`${LIBRARY} for (let i = 0; i < 100; i++) circuit('c' + i).isolate();`);
    expect(parse(stderr).map(({ circuit }) => circuit)).to.deep.equal(Array.from({ length: 100 }, (_, i) => `c${i}`));
    for (const { timestamp } of parse(stderr)) expect(timestamp).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('drops lines when standard error is closed, and the process goes on', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', FLOOD], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.once('data', () => child.stderr.destroy());
    const code = await new Promise((done) => child.on('close', done));
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'done\n' });
  });

  it('drops lines when nobody reads standard error, and neither waits nor keeps the process from ending', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', FLOOD], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    const code = await new Promise((done) => child.on('exit', done));
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'done\n' });
    // What was written until the pipe was full is whole lines.
    let stderr = '';
    for await (const chunk of child.stderr) stderr += String(chunk);
    expect(parse(stderr)).to.have.length.within(50, 1999);
  });

  it('ends with the pipe of a shell, as in `node app.mjs 2>&1 | head -1`', async () => {
    const shell = spawn(
      'bash',
      ['-c', `("$0" --input-type=module --eval "$1"; echo "code $?" >&3) 2>&1 | head -1`, process.execPath, FLOOD],
      { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] },
    );
    let [stdout, status] = ['', ''];
    shell.stdout?.on('data', (chunk) => (stdout += chunk));
    shell.stdio[3]?.on('data', (chunk) => (status += chunk));
    await new Promise((done) => shell.on('close', done));
    expect(messages(stdout)).to.deep.equal(['circuit_opened']);
    expect(status).to.equal('code 0\n');
  });

  it('writes through whatever a program puts in the place of process.stderr.write, and survives it', async () => {
    const { code, stdout, stderr } = await runProgram(`
      ${LIBRARY}
      const seen = [];
      process.stderr.write = (text) => seen.push(text) > 1 && (() => { throw new Error('boom'); })();
      circuit('a').isolate();
      circuit('b').isolate();
      setTimeout(() => console.log(JSON.stringify(seen)), 20);
    `);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const seen = JSON.parse(stdout) as string[];
    expect(messages(seen.join(''))).to.deep.equal(['circuit_opened', 'circuit_opened']);
  });

  it('leaves no listener behind', async () => {
    const { code, stdout } = await runProgram(`
      ${LIBRARY}
      const listeners = () => [process.stderr.listenerCount('error'), process.listenerCount('exit')].join();
      const before = listeners();
      circuit('a').isolate();
      await new Promise((next) => setTimeout(next, 20));
      console.log(listeners() === before);
    `);
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'true\n' });
  });

  describe('where winston cannot be required', () => {
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'holdfast-own-'));
      for (const part of ['core', 'telemetry', 'failures'])
        await cp(resolve('dist', part), join(folder, part), { recursive: true });
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    });
    afterEach(() => rm(folder, { recursive: true }));

    const program = (end: string): string => `
      const { ownLogger } = await import(${JSON.stringify(pathToFileURL(join(folder, 'telemetry/loggers/own.js')).href)});
      const logger = ownLogger('info');
      for (const circuit of ['a', 'b']) logger.write('error', { level: 'error', message: 'circuit_opened', circuit });
      ${end}
    `;
    const expected = [
      ['circuit_opened', 'a'],
      ['circuit_opened', 'b'],
    ];
    const lines = (stderr: string): unknown[] => parse(stderr).map(({ message, circuit }) => [message, circuit]);

    it('writes the same lines without it if it is not there', async () => {
      // What the copy needs, without winston.
      await symlink(resolve('node_modules/ms'), join(folder, 'ms'));
      const { code, stderr } = await runProgram(program(''), {}, folder);
      expect({ code, lines: lines(stderr) }).to.deep.equal({ code: 0, lines: expected });
    });

    it('keeps lines until it is imported, and loses none at exit', async () => {
      const hooks = `export const resolve = (specifier, context, next) => specifier === 'winston'
        ? { url: ${JSON.stringify(pathToFileURL(resolve('node_modules/winston/lib/winston.js')).href)}, shortCircuit: true }
        : next(specifier, context);`;
      const registered = `
        import { register, createRequire } from 'node:module';
        register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
        const require = createRequire(${JSON.stringify(pathToFileURL(join(folder, 'core/load-package.js')).href)});
        const isRequired = () => { try { return Boolean(require('winston')); } catch ({ code }) { return code; } };
        const isLoaded = () => Object.keys(require.cache).some((path) => path.includes('winston'));
      `;
      const later = await runProgram(
        registered +
          program(`console.log(isRequired()); await new Promise((next) => setTimeout(next, 500)); console.log(isLoaded());
          logger.write('error', { level: 'error', message: 'circuit_closed', circuit: 'c' });`),
      );
      expect(later.stdout).to.equal('MODULE_NOT_FOUND\ntrue\n');
      expect(lines(later.stderr)).to.deep.equal([...expected, ['circuit_closed', 'c']]);
      const atOnce = await runProgram(registered + program('process.exit(2);'));
      expect({ code: atOnce.code, lines: lines(atOnce.stderr) }).to.deep.equal({ code: 2, lines: expected });
    });
  });
});

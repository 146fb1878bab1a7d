import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { expect } from 'chai';
import { scratch } from '../support/files.js';
import { library, runProgram } from '../support/program.js';

/** Waits for lines that a process writes, so that nothing depends on how long something takes. */
class Service {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly ended: Promise<unknown[]>;

  constructor(cwd: string, env: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, ['--input-type=module', '--eval', SERVICE], {
      cwd,
      env: { ...process.env, RESILIENCE_LOG_LEVEL: 'silent', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = (createInterface({ input: this.#child.stdout as never }) as Interface)[Symbol.asyncIterator]();
    this.ended = once(this.#child, 'exit');
  }

  async line(): Promise<string> {
    return (await this.#lines.next()).value as string;
  }

  /** What a call sees now. */
  async ask(): Promise<string> {
    this.#child.stdin?.write('ask\n');
    return this.line();
  }

  hangUp(): void {
    this.#child.kill('SIGHUP');
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

/** Tells of its settings' changes, and answers each line with how many attempts its method makes. */
const SERVICE = `
  import { RetryOnTransient, onEvent } from ${library('index.js')};
  let calls = 0;
  const call = RetryOnTransient({ minWait: '0s' })(async () => { calls += 1; throw Object.assign(new Error(), { status: 503 }) });
  onEvent(({ type, reason, problems }) => {
    if (type.startsWith('settings_')) console.log(type, ...(problems ? [problems, reason] : []));
  });
  process.stdin.setEncoding('utf8').on('data', async () => {
    calls = 0;
    const error = await call().catch((thrown) => thrown);
    console.log(error.problems ? 'wrong ' + error.problems.length : calls + ' attempts');
  });
`;

describe('A process with a settings file', function () {
  this.timeout(20_000);
  const files = scratch();
  let service: Service | undefined;

  const start = (env?: Record<string, string>): Service => (service = new Service(files.folder, env));
  /** In one step, so that no look at the file comes in between. */
  function put(settings: unknown): string {
    const path = join(files.folder, 'resilience.json');
    renameSync(files.write('next.json', settings), path);
    return path;
  }
  const attempts = (maxAttempts: number): object => ({ retry: { maxAttempts } });

  afterEach(async () => {
    await service?.end();
    service = undefined;
  });

  it('ends by itself, promptly, though the file is watched and SIGHUP heard', async () => {
    put(attempts(2));
    const { code, ms, stdout } = await runProgram(
      `import { RetryOnTransient } from ${library('index.js')};
      await RetryOnTransient()(async () => {})();
      const started = performance.now();
      process.on('exit', () => console.log(process.listenerCount('SIGHUP'), performance.now() - started < 500));`,
      { RESILIENCE_CONFIG: '' },
      files.folder,
    );
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: `${process.platform === 'win32' ? 0 : 1} true\n` });
    expect(ms).to.be.below(10_000);
  });

  it('neither watches nor listens where there is no file', async () => {
    const { stdout } = await runProgram(
      `import { RetryOnTransient } from ${library('index.js')};
      await RetryOnTransient()(async () => {})();
      console.log(process.listenerCount('SIGHUP'));`,
      {},
      files.folder,
    );
    expect(stdout).to.equal('0\n');
  });

  it('sees that the file is written to, and replaced', async () => {
    put(attempts(2));
    const running = start();
    expect(await running.ask()).to.equal('2 attempts');
    files.write('resilience.json', attempts(4));
    expect(await running.line()).to.equal('settings_reloaded');
    expect(await running.ask()).to.equal('4 attempts');
    put(attempts(5));
    expect(await running.line()).to.equal('settings_reloaded');
    expect(await running.ask()).to.equal('5 attempts');
  });

  it('keeps the old settings while the file is wrong or gone, and takes it when it is right again', async () => {
    const path = put(attempts(2));
    const running = start();
    expect(await running.ask()).to.equal('2 attempts');
    put({ retry: { maxAttempts: 0, minWait: 'x' } });
    expect(await running.line()).to.match(
      /^settings_refused 2 retry.maxAttempts: expected an integer >= 1, got 0 \(in/,
    );
    expect(await running.ask()).to.equal('2 attempts');
    unlinkSync(path);
    expect(await running.line()).to.match(/^settings_refused 1 file: .*there is no such file$/);
    expect(await running.ask()).to.equal('2 attempts');
    put(attempts(3));
    expect(await running.line()).to.equal('settings_reloaded');
    expect(await running.ask()).to.equal('3 attempts');
  });

  it('tells nothing of a change that says nothing new', async () => {
    put(attempts(2));
    const running = start();
    await running.ask();
    put('{ "retry": { "maxAttempts": 2 }, "circuits": {} }');
    await new Promise((done) => setTimeout(done, 2500));
    put(attempts(3));
    expect(await running.line()).to.equal('settings_reloaded');
    expect(await running.ask()).to.equal('3 attempts');
  });

  it('recovers from a file that was wrong from the start', async () => {
    put({ retry: { maxAttempts: 'two' } });
    const running = start();
    expect(await running.ask()).to.equal('wrong 1');
    put({ retry: { maxAttempts: 'two', minWait: 'x' } });
    expect(await running.line()).to.match(/^settings_refused 2/);
    expect(await running.ask()).to.equal('wrong 2');
    put(attempts(2));
    expect(await running.line()).to.equal('settings_reloaded');
    expect(await running.ask()).to.equal('2 attempts');
  });

  it('recovers from a named file that was missing at the start', async () => {
    const running = start({ RESILIENCE_CONFIG: 'late.json' });
    expect(await running.ask()).to.equal('wrong 1');
    files.write('late.json', attempts(2));
    expect(await running.line()).to.equal('settings_reloaded');
    expect(await running.ask()).to.equal('2 attempts');
  });

  it('writes one line to its log for each change, by the level that holds then', async () => {
    put({ log: { level: 'error' } });
    const { stdout, stderr } = await runProgram(
      `import { RetryOnTransient, reload } from ${library('index.js')};
      import { writeFileSync } from 'node:fs';
      const fail = RetryOnTransient({ maxAttempts: 1 })(async function fail() { throw Object.assign(new Error(), { status: 503 }) });
      const take = async (text) => {
        writeFileSync('resilience.json', text);
        try { reload() } catch { console.log('refused') }
        await fail().catch(() => {});
      };
      await fail().catch(() => {});
      await take('{ "log": { "level": "loud" } }');
      await take('{ "log": { "level": "info" } }');
      await take('{ "log": { "level": "silent" } }');`,
      { RESILIENCE_CONFIG: '' },
      files.folder,
    );
    expect(stdout).to.equal('refused\n');
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(lines.map(({ level, message }) => `${level} ${message}`)).to.deep.equal([
      'error settings_refused',
      'info settings_reloaded',
      'warn retry_gave_up',
    ]);
    expect(lines[0]).to.have.keys('level', 'message', 'reason', 'timestamp');
  });

  if (process.platform !== 'win32') {
    it('refuses a pipe at once, at the start and instead of the file, because reading it may take for ever', async () => {
      const { stdout, stderr } = await runProgram(
        `import { execFileSync } from 'node:child_process';
        import { renameSync, writeFileSync } from 'node:fs';
        import { loadSettings, reload } from ${library('index.js')};
        const say = (load) => { try { console.log(load().retry.maxAttempts) } catch ({ message }) { console.log(message) } };
        execFileSync('mkfifo', ['pipe']);
        say(() => loadSettings({ env: {}, file: 'pipe' }));
        writeFileSync('settings.json', '{"retry":{"maxAttempts":4}}');
        say(reload);
        renameSync('pipe', 'settings.json');
        say(reload);
        console.log(loadSettings({ env: {} }).retry.maxAttempts);
        process.exit();`,
        { RESILIENCE_CONFIG: 'settings.json', RESILIENCE_LOG_LEVEL: 'silent' },
        files.folder,
      );
      expect(stderr).to.equal('');
      expect(stdout.split('\n')).to.deep.equal([
        'file: expected a JSON file, got "pipe": it is not a regular file',
        '4',
        'RESILIENCE_CONFIG: expected a JSON file, got "settings.json": it is not a regular file',
        '3',
        '',
      ]);
    });

    it('reads the file again at SIGHUP, and says so also when it says nothing new', async () => {
      put(attempts(2));
      const running = start();
      expect(await running.ask()).to.equal('2 attempts');
      running.hangUp();
      expect(await running.line()).to.equal('settings_reloaded');
      put('{');
      running.hangUp();
      expect(await running.line()).to.match(/^settings_refused 1 file: .*it is not JSON/);
      // The watch sees the same change, and has nothing to tell of it.
      await new Promise((done) => setTimeout(done, 2500));
      expect(await running.ask()).to.equal('2 attempts');
    });

    it('does at SIGHUP what it does without holdfast where watching is switched off', async () => {
      put(attempts(2));
      const running = start({ RESILIENCE_WATCH: 'false' });
      expect(await running.ask()).to.equal('2 attempts');
      put(attempts(3));
      await new Promise((done) => setTimeout(done, 2500));
      expect(await running.ask()).to.equal('2 attempts');
      running.hangUp();
      expect(await running.ended).to.deep.equal([null, 'SIGHUP']);
    });

    it('stops watching when the file says so, and begins again when reload() finds otherwise', async () => {
      put(attempts(2));
      const { stdout } = await runProgram(
        `import { configure, reload } from ${library('index.js')};
        import { writeFileSync } from 'node:fs';
        const listens = () => process.listenerCount('SIGHUP');
        const watch = (value) => { writeFileSync('resilience.json', JSON.stringify({ resilience: { watch: value } })); reload(); return listens() };
        const said = [listens(), watch(true), watch(true), watch(false), watch(true)];
        const restore = configure({ settings: { resilience: { watch: false } } });
        said.push(listens());
        restore();
        console.log(...said, listens());`,
        { RESILIENCE_CONFIG: '', RESILIENCE_LOG_LEVEL: 'silent' },
        files.folder,
      );
      expect(stdout).to.equal('0 1 1 0 1 0 1\n');
    });
  }
});

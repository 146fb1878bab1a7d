import { expect } from 'chai';
import { scratch } from '../support/files.js';
import { library, runProgram } from '../support/program.js';

/** Calls a method that fails once and is retried, then one with a circuit and a fallback, and says how they end. */
const calls = `
  import { CircuitProtected, RetryOnTransient, loadSettings } from ${library('index.js')};
  let calls = 0;
  const unavailable = () => Object.assign(new Error('x'), { status: 503 });
  const ask = RetryOnTransient({ minWait: '1ms', maxWait: '1ms' })(async function ask() {
    calls += 1;
    if (calls === 1) throw unavailable();
    return 'answer';
  });
  const send = CircuitProtected({ failureThreshold: 1, fallback: 'fallback', fallbackOn: 'failure' })(async function send() {
    throw unavailable();
  });
  const say = async (call) => console.log(await call().catch(({ name, message }) => name + ' ' + message));
  await say(ask);
  await say(send);
`;

const WORKS = 'answer\nfallback\n';

describe('Settings that a method does not use', () => {
  const files = scratch();
  const run = (env: Record<string, string>, source = calls) => runProgram(source, env, files.folder);
  const quiet = { RESILIENCE_LOG_LEVEL: 'silent' };

  for (const level of ['trace', 'INFO', 'verbose', 'fatal', 'off', '']) {
    it(`are LOG_LEVEL=${level}, which is a variable of others`, async () => {
      const { stdout, stderr } = await run({ LOG_LEVEL: level, ...quiet });
      expect(stdout).to.equal(WORKS);
      expect(stderr).to.equal('');
    });
  }

  it('are a level of ours that nobody knows: it warns once and means the default', async () => {
    const { stdout, stderr } = await run({ RESILIENCE_LOG_LEVEL: 'trace' });
    expect(stdout).to.equal(WORKS);
    const warnings = stderr.split('\n').filter((line) => line.includes('RESILIENCE_LOG_LEVEL'));
    expect(warnings).to.have.lengthOf(1);
    expect(warnings[0]).to.match(
      /log\.level \(RESILIENCE_LOG_LEVEL\): expected one of "error".*, got "trace"\. The default "info" is used\./,
    );
    expect(stderr).to.include('"message":"retry_scheduled"');
    const loaded = await run({ RESILIENCE_LOG_LEVEL: 'trace' }, `${calls} console.log(loadSettings().log.level);`);
    expect(loaded.stdout).to.equal(`${WORKS}info\n`);
  });

  for (const [what, env] of [
    ['a key with a line break', { OPENAI_API_KEY: 'sk-x\n' }],
    ['an address that is none', { OPENAI_BASE_URL: 'localhost:1' }],
    ['an empty variable', { RETRY_MAX_WAIT: '' }],
    ['another policy', { HEDGE_ENABLED: 'yes', CONCURRENCY_ENABLED: '1' }],
    ['the fleet', { FLEET_QUORUM: '60' }],
  ] as const) {
    it(`are ${what}`, async () => {
      const { stdout, stderr } = await run({ ...env, ...quiet });
      expect(stdout).to.equal(WORKS);
      expect(stderr).to.equal('');
    });
  }

  it('are groups and sections of the file that speak of others', async () => {
    files.write('resilience.json', {
      openai: { apiKey: 5, chatModle: 'x' },
      hedge: { after: 'soon' },
      methods: { 'Other.*': { retry: { maxAttempts: 0 } }, ask: { circuit: { probes: 0 } } },
      circuits: { mail: 5 },
    });
    const { stdout, stderr } = await run(quiet);
    expect(stdout).to.equal(WORKS);
    expect(stderr).to.equal('');
  });

  it('are keys that belong to no group: the log says so', async () => {
    files.write('resilience.json', { retyr: { maxAttempts: 1 } });
    const { stdout, stderr } = await run({});
    expect(stdout).to.equal(WORKS);
    expect(stderr).to.include('"message":"settings_refused"').and.to.include('retyr: unknown key; did you mean');
  });

  it('fail those who use them, each with the problems that concern it', async () => {
    files.write('resilience.json', {
      retry: { maxAttempts: 0 },
      methods: { send: { circuit: { probes: 0 }, circiut: {} }, '*': 5 },
    });
    const { stdout } = await run(quiet);
    const [ask = '', send = ''] = stdout.split(/\n(?=ConfigurationError)/);
    expect(ask).to.match(/^ConfigurationError 2 problems:/);
    expect(ask).to.include('retry.maxAttempts').and.to.include('methods.*: expected an object, got 5');
    expect(ask).not.to.include('methods.send');
    expect(send).to.match(/^ConfigurationError 3 problems:/);
    expect(send).to.include('methods.send.circuit.probes').and.to.include('methods.send.circiut: unknown key');
    expect(send).not.to.include('retry.maxAttempts');
  });

  it('fail no method whose policy is switched off', async () => {
    const { stdout } = await run({ ...quiet, RETRY_MAX_ATTEMPTS: 'x', RETRY_ENABLED: 'false' });
    expect(stdout).to.match(/^Error x\nfallback\n$/);
  });

  it('are all found by loadSettings', async () => {
    const env = { ...quiet, OPENAI_BASE_URL: 'localhost:1', HEDGE_ENABLED: 'yes', FLEET_QUORUM: '60' };
    const { stdout } = await run(
      env,
      `${calls} try { loadSettings() } catch ({ problems }) { console.log(problems.length) }`,
    );
    expect(stdout).to.equal(`${WORKS}3\n`);
  });

  it('are all of them while the switch of everything is off, whoever turns it', async () => {
    files.write('resilience.json', '{ "retry": ');
    const off = await run({ ...quiet, RESILIENCE_ENABLED: 'false', RETRY_MAX_ATTEMPTS: 'x', CIRCUIT_ENABLED: '?' });
    expect(off.stdout).to.equal('Error x\nError x\n');
    const configured = await run(
      { ...quiet, RETRY_MAX_ATTEMPTS: 'x' },
      calls
        .replace('import { ', 'import { configure, ')
        .replace('let calls', 'configure({ settings: { resilience: { enabled: false } } });\nlet calls'),
    );
    expect(configured.stdout).to.equal('Error x\nError x\n');
    const on = await run(quiet);
    expect(on.stdout).to.match(/^ConfigurationError file: expected a JSON file.*\nConfigurationError file/);
  });
});

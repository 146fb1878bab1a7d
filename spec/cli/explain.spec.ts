import { expect } from 'chai';
import { scratch } from '../support/files.js';
import { holdfast, linesOf } from '../support/command.js';

const FILE = {
  retry: { maxAttempts: 4 },
  circuits: { openai: { circuit: { failureThreshold: 2 } } },
  methods: { 'EmbeddingService.embedText': { retry: { maxWait: 7 } } },
};

const words = (line = ''): string[] => line.trim().split(/ {2,}/);

describe('holdfast explain', function () {
  this.timeout(10_000);
  const files = scratch();
  const explain = (args: string[], env: Record<string, string> = {}) =>
    holdfast(['explain', ...args], { env, cwd: files.folder });

  /** The cells of the row of an option, below a heading. */
  function rowOf(output: string, option: string, heading = ''): string[] {
    const lines = linesOf(output);
    const from = lines.findIndex((line) => line.startsWith(heading));
    return words(lines.slice(from).find((line) => words(line).includes(option)));
  }

  it('prints every setting with its value, its source and its environment variable', async () => {
    const { code, stdout, stderr } = await explain([]);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^Settings file: none/);
    expect(rowOf(stdout, 'maxAttempts')).to.deep.equal(['maxAttempts', '3', 'default', 'RETRY_MAX_ATTEMPTS']);
    expect(rowOf(stdout, 'jitter')).to.deep.equal(['jitter', 'full', 'default']);
    expect(rowOf(stdout, 'apiKey')).to.deep.equal(['apiKey', '-', 'default', 'OPENAI_API_KEY']);
  });

  it('says which values come from the file and which from the environment', async () => {
    const path = files.write('mine.json', FILE);
    const { stdout } = await explain(['--config', path], { CIRCUIT_RECOVERY_TIMEOUT: '30' });
    expect(linesOf(stdout)[0]).to.equal(`Settings file: ${path}`);
    expect(rowOf(stdout, 'maxAttempts').slice(0, 3)).to.deep.equal(['maxAttempts', '4', 'file']);
    expect(rowOf(stdout, 'recoveryTimeout').slice(0, 3)).to.deep.equal(['recoveryTimeout', '30s', 'environment']);
    expect(rowOf(stdout, 'circuits.openai.circuit.failureThreshold')).to.deep.equal([
      'circuits.openai.circuit.failureThreshold',
      '2',
      `file ${path}`,
    ]);
  });

  it('prints the stacks of both services, with what each section says', async () => {
    const { stdout } = await explain([], { RESILIENCE_CONFIG: files.write('mine.json', FILE) });
    for (const method of ['GenerationService.generateAnswer', 'GenerationService.streamAnswer']) {
      expect(rowOf(stdout, 'failureThreshold', method)).to.deep.equal([
        'failureThreshold',
        '2',
        'section circuits.openai.circuit',
      ]);
      expect(rowOf(stdout, 'maxWait', method)).to.deep.equal(['maxWait', '10s', 'default']);
    }
    expect(rowOf(stdout, 'maxWait', 'EmbeddingService.embedText')).to.deep.equal([
      'maxWait',
      '7s',
      'section methods.EmbeddingService.embedText.retry',
    ]);
  });

  it('prints the stack of one method alone', async () => {
    const { stdout } = await explain(['GenerationService.streamAnswer']);
    expect(linesOf(stdout)[0]).to.equal('GenerationService.streamAnswer');
    expect(stdout).not.to.match(/EmbeddingService|environment variable/);
    expect(stdout.indexOf('CircuitProtected')).to.be.below(stdout.indexOf('RetryOnTransient'));
  });

  it('names the nearest methods when it does not know one', async () => {
    const { code, stdout, stderr } = await explain(['EmbeddingService.embedTexts']);
    expect(code).to.equal(2);
    expect(stdout).to.equal('');
    expect(linesOf(stderr)).to.deep.equal([
      'holdfast: there is no decorated method "EmbeddingService.embedTexts" here; ' +
        'the nearest are EmbeddingService.embedText and EmbeddingService.embedBatch.',
    ]);
  });

  for (const json of [[], ['--json']]) {
    it(`never prints the API key or a password ${json.join()}`, async () => {
      const env = { OPENAI_API_KEY: 'sk-secret-key', OPENAI_BASE_URL: 'http://me:secret-word@127.0.0.1/v1' };
      const { stdout, stderr } = await explain(json, env);
      expect(stdout).to.include('(set)').and.to.include('http://127.0.0.1');
      expect(stdout + stderr).not.to.include('secret');
    });
  }

  it('prints all of it as JSON on request', async () => {
    const path = files.write('mine.json', FILE);
    const { stdout } = await explain(['--json', '--config', path]);
    const { file, settings, sections, methods } = JSON.parse(stdout);
    expect(file).to.equal(path);
    expect(settings).to.deep.include({
      key: 'retry.maxAttempts',
      value: 4,
      source: 'file',
      from: path,
      env: 'RETRY_MAX_ATTEMPTS',
    });
    expect(sections).to.have.length(2);
    const [circuit, retry] = methods['GenerationService.generateAnswer'];
    expect(circuit.settings.failureThreshold).to.deep.equal({
      value: 2,
      source: 'section',
      from: 'circuits.openai.circuit',
    });
    expect(retry.policy).to.equal('RetryOnTransient');
  });

  it('warns of what cannot mean what it says, below the stack and as data', async () => {
    const attemptLimit = { limit: '30s' };
    const methods = {
      'EmbeddingService.embedText': { retry: { maxAttempts: 1 } },
      'EmbeddingService.embedBatch': { attemptLimit },
    };
    const config = ['--config', files.write('mine.json', { methods })];
    const warning =
      'maxAttempts 1 makes one call and no retry; write maxAttempts: 2 or more, or leave the decorator out';
    const { stdout } = await explain(['EmbeddingService.embedText', ...config]);
    expect(linesOf(stdout).slice(-2).join(' ')).to.equal(`Warning: RetryOnTransient: ${warning}.`);
    expect((await explain(['EmbeddingService.embedBatch', ...config])).stdout).not.to.include('Warning');
    const described = JSON.parse((await explain(['--json', ...config])).stdout).methods['EmbeddingService.embedText'];
    const told = described.map(({ policy, warnings }: { policy: string; warnings: string[] }) => [policy, warnings]);
    expect(told.slice(0, 2)).to.deep.equal([
      ['CircuitProtected', []],
      ['RetryOnTransient', [warning]],
    ]);
  });

  it('shows sections that mean nothing known, with the nearest name', async () => {
    const methods = { 'EmbedingService.embedText': {}, 'Inventory.*': {}, 'GenerationService.*': {}, '*': {} };
    const circuits = { openaj: {}, openai: {}, 'EmbeddingService.embedText': {} };
    const config = ['--config', files.write('mine.json', { methods, circuits })];
    const { stdout } = await explain(config);
    const warnings = stdout.replace(/\n(?=\S)/g, '\n').match(/Warning: [^?]*?(\?|classes)/g) ?? [];
    expect(warnings.map((warning) => warning.replace(/\s+/g, ' '))).to.deep.equal([
      'Warning: circuits.openaj means nothing that this command knows; did you mean circuits.openai?',
      'Warning: methods.EmbedingService.embedText means nothing that this command knows; did you mean methods.EmbeddingService.embedText?',
      'Warning: methods.Inventory.* means nothing that this command knows; see describe() for your own classes',
    ]);
    expect(JSON.parse((await explain(['--json', ...config])).stdout).unmatched).to.deep.equal([
      { section: 'circuits.openaj', nearest: 'circuits.openai' },
      { section: 'methods.EmbedingService.embedText', nearest: 'methods.EmbeddingService.embedText' },
      { section: 'methods.Inventory.*' },
    ]);
  });

  it('prints the stack of one method as JSON', async () => {
    const { stdout } = await explain(['EmbeddingService.embedBatch', '--json']);
    expect(Object.keys(JSON.parse(stdout).methods)).to.deep.equal(['EmbeddingService.embedBatch']);
  });
});

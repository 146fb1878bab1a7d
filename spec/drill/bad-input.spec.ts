import { expect } from 'chai';
import { scratch } from '../support/files.js';
import { root } from '../docs/support/repository.js';
import { run as runToEnd } from '../package/support/processes.js';
import { linesOf, npmStart } from '../support/command.js';

describe('npm start, wrongly used', function () {
  this.timeout(10_000);
  const files = scratch();

  const MISTAKES: [string, string[], RegExp][] = [
    [
      'an unknown flag',
      ['--loud'],
      /unknown option "--loud"; the options are --seconds, --seed, --dashboard, --config/,
    ],
    ['a flag with a typing mistake', ['explain', '--jsn'], /unknown option "--jsn"; did you mean --json\?/],
    [
      'a flag without its value',
      ['drill', '--seed'],
      /--seed <number>: expected an integer from 0 to 2147483647, got none\./,
    ],
    [
      'seconds that are too few',
      ['--seconds', '2'],
      /--seconds <count>: expected an integer from 20 to 120, got "2"\./,
    ],
    [
      'seconds that are no number',
      ['--seconds', '20s'],
      /--seconds <count>: expected an integer from 20 to 120, got "20s"\./,
    ],
    ['an unknown command', ['dril'], /unknown command "dril"; the commands are drill, ask, fleet, init, explain/],
    [
      'a word too many',
      ['explain', 'A.b', 'C.d'],
      /expected at most 1 argument, got "A\.b" "C\.d"\. See npm start -- explain --help\./,
    ],
    ['no question', ['ask'], /expected a question, got none\. See npm start -- ask --help\./],
    ['an empty question', ['ask', ' '], /expected a question, got an empty one/],
    ['a missing file', ['ask', 'why?', 'nowhere.md'], /cannot read "nowhere\.md": there is no such file/],
    ['a folder for a file', ['ask', 'why?', '.'], /cannot read "\.": it is a folder/],
    ['a missing settings file', ['--config', 'nowhere.json'], /--config: expected a JSON file, got "nowhere\.json"/],
  ];

  for (const [mistake, args, expected] of MISTAKES) {
    it(`answers ${mistake} with one line and exit code 2`, async () => {
      const { code, stdout, stderr } = await npmStart(args, { cwd: files.folder });
      expect(code, stderr).to.equal(2);
      expect(stdout).to.equal('');
      expect(linesOf(stderr)).to.have.length(1);
      expect(stderr).to.match(/^holdfast: /);
      expect(stderr).to.match(expected);
    });
  }

  it('answers a file without a paragraph with one line and exit code 2', async () => {
    const { code, stderr } = await npmStart(['ask', 'why?', files.write('empty.md', '# Title\n\n---\n')]);
    expect(code).to.equal(2);
    expect(linesOf(stderr)).to.have.length(1);
    expect(stderr).to.match(/there is no paragraph of text in .*empty\.md/);
  });

  it('answers a settings file that is no JSON with one line and exit code 2', async () => {
    const { code, stderr } = await npmStart(['explain', '--config', files.write('broken.json', '{')]);
    expect(code).to.equal(2);
    expect(linesOf(stderr)).to.have.length(1);
    expect(stderr).to.match(/--config: expected a JSON file, got .*broken\.json.*: it is not JSON/);
  });

  for (const args of [['drill'], ['ask', 'why?']]) {
    it(`answers settings of one method that contradict each other in one line: ${args[0]}`, async () => {
      const settings = { methods: { 'EmbeddingService.embedBatch': { retry: { minWait: '20s', maxWait: '10s' } } } };
      const { code, stderr } = await npmStart([...args, '--config', files.write('contrary.json', settings)]);
      expect(code).to.equal(2);
      expect(linesOf(stderr).at(-1)).to.match(/^holdfast: .*minWait: expected at most maxWait/);
      expect(stderr).not.to.match(/^ +at /m);
    });
  }

  for (const args of [['drill'], ['ask', 'why?'], ['explain']]) {
    it(`lists every wrong setting without a stack: ${args[0]}`, async () => {
      const env = { RETRY_MAX_ATTEMPTS: '2.7', RETRY_MIN_WAIT: 'soon' };
      const { code, stdout, stderr } = await npmStart(args, { env, cwd: files.folder });
      expect(code).to.equal(2);
      expect(stdout).to.equal('');
      const lines = linesOf(stderr);
      expect(lines[0]).to.equal('holdfast: 2 settings are wrong:');
      expect(lines[1]).to.match(/^ {2}- .*RETRY_MAX_ATTEMPTS.*"2\.7"/);
      expect(lines[2]).to.match(/^ {2}- .*RETRY_MIN_WAIT.*"soon"/);
      expect(lines).to.have.length(3);
    });
  }
});

describe('npm start, asked about itself', function () {
  this.timeout(10_000);

  it('prints its version', async () => {
    const { code, stdout } = await npmStart(['--version']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  it('prints its commands', async () => {
    const { code, stdout, stderr } = await npmStart(['--help']);
    expect(code).to.equal(0);
    expect(stderr).to.equal('');
    for (const word of ['drill', 'ask', 'explain', '--config', '--seconds']) expect(stdout).to.include(word);
  });

  it('is what the script of package.json runs, with the arguments behind --', async () => {
    const args = ['start', '--silent', '--ignore-scripts', '--', 'explain', 'GenerationService.streamAnswer', '--json'];
    const { code, stdout, stderr } = await runToEnd('npm', args, root);
    expect(code, stderr).to.equal(0);
    expect(Object.keys(JSON.parse(stdout).methods)).to.deep.equal(['GenerationService.streamAnswer']);
  });
});

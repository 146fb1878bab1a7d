import { expect } from 'chai';
import { scratch } from '../support/files.js';
import { holdfast, linesOf } from '../support/command.js';

describe('holdfast, wrongly used', function () {
  this.timeout(10_000);
  const files = scratch();

  const MISTAKES: [string, string[], RegExp][] = [
    ['an unknown option', ['--loud'], /unknown option "--loud"; the options are --config, --version, --help\./],
    ['an unknown letter', ['explain', '-x'], /unknown option "-x"; the options are --json, --config, /],
    ['an option of the prototype', ['explain', '--constructor'], /unknown option "--constructor"; the options are /],
    ['a typing mistake', ['explain', '--jsn'], /"--jsn"; did you mean --json\? See holdfast explain --help\./],
    ['a flag with a value', ['explain', '--json=yes'], /--json: expected no value, got "yes"\./],
    ['an option without its value', ['explain', '--config'], /--config <file>: expected a file, got none\./],
    ['an option for a value', ['--config', '--json', 'explain'], /--config <file>: expected a file, got none\./],
    ['an empty value', ['explain', '--config='], /--config <file>: expected a file, got ""\./],
    [
      'an unknown command',
      ['explian'],
      /unknown command "explian"; the commands are init, explain, observability, dashboard, fleet status, fleet isolate, fleet reset\. See holdfast --help\./,
    ],
    [
      'a command that only a clone has',
      ['ask', 'why?'],
      /unknown command "ask"; the commands are init, explain, observability, dashboard, fleet status,/,
    ],
    ['an unknown command after an option', ['--config', 'any.json', 'explian'], /unknown command "explian"/],
    ['help for an unknown command', ['help', 'explian'], /unknown command "explian"/],
    ['a word too many', ['explain', 'A.b', '--', '--json'], /expected at most 1 argument, got "A\.b" "--json"\./],
    [
      'a missing settings file',
      ['--config', 'nowhere.json', 'explain'],
      /--config: expected a JSON file, got "nowhere/,
    ],
    ['the last of two values', ['--config', 'a.json', 'explain', '--config', 'b.json'], /--config: .*"b\.json"/],
  ];

  for (const [mistake, args, expected] of MISTAKES) {
    it(`answers ${mistake} with one line and exit code 2`, async () => {
      const { code, stdout, stderr } = await holdfast(args, { cwd: files.folder });
      expect(code, stderr).to.equal(2);
      expect(stdout).to.equal('');
      expect(linesOf(stderr)).to.have.length(1);
      expect(stderr).to.match(/^holdfast: /);
      expect(stderr).to.match(expected);
    });
  }

  it('answers a settings file that is no JSON with one line and exit code 2', async () => {
    const { code, stderr } = await holdfast(['explain', '--config', files.write('broken.json', '{')]);
    expect(code).to.equal(2);
    expect(linesOf(stderr)).to.have.length(1);
    expect(stderr).to.match(/--config: expected a JSON file, got .*broken\.json.*: it is not JSON/);
  });

  for (const args of [['explain'], ['explain', '--json']]) {
    it(`lists every wrong setting without a stack: ${args.join(' ')}`, async () => {
      const env = { RETRY_MAX_ATTEMPTS: '2.7', RETRY_MIN_WAIT: 'soon' };
      const { code, stdout, stderr } = await holdfast(args, { env, cwd: files.folder });
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

describe('holdfast, asked about itself', function () {
  this.timeout(10_000);

  it('prints its version', async () => {
    for (const args of [['--version'], ['-V'], ['explain', '--version']]) {
      const { code, stdout } = await holdfast(args);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    }
  });

  it('prints its commands, also if it is given none', async () => {
    for (const args of [['--help'], ['-h'], ['help'], []]) {
      const { code, stdout, stderr } = await holdfast(args);
      expect(code, stderr).to.equal(0);
      expect(stderr).to.equal('');
      expect(stdout).to.match(/^Usage: holdfast \[options\] <command>\n/);
      expect(stdout).to.match(/^ {2}explain \[options\] \[Class\.method\] {2,}print the settings/m);
      expect(stdout).to.match(/^ {2}--config <file> {2}the settings file/m);
      for (const line of linesOf(stdout)) expect(line.length, line).to.be.at.most(80);
    }
  });

  it('prints the arguments and options of a command', async () => {
    for (const args of [
      ['explain', '--help'],
      ['help', 'explain'],
      ['--help', 'explain'],
      ['explain', '--jsn', '-h'],
    ]) {
      const { code, stdout, stderr } = await holdfast(args);
      expect(code, stderr).to.equal(0);
      expect(stderr).to.equal('');
      expect(stdout).to.match(/^Usage: holdfast explain \[options\] \[Class\.method\]\n/);
      expect(stdout).to.match(/^ {2}\[Class\.method\] {2}a decorated method/m);
      expect(stdout).to.match(/^ {2}--json {2,}print it as JSON$/m);
    }
  });
});

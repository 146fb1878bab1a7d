import { expect } from 'chai';
import { command, flag, type Program, text, whole } from '#lib/cli/command-line/command.js';
import { divide } from '#lib/cli/command-line/divide.js';
import { commandHelp, overviewHelp } from '#lib/cli/command-line/help.js';
import { parse } from '#lib/cli/command-line/parse.js';
import { SHARED } from '#lib/cli/command-line/shared.js';
import { UsageError } from '#lib/cli/errors.js';

const run = (): void => undefined;
const FLEET = command({ name: 'fleet', help: 'all of it', options: {}, run });
const STATUS = command({ name: 'fleet status', help: 'print it', options: { watch: flag('stay') }, run });
const COPY = command({
  name: 'copy',
  help: 'copy files',
  arguments: [
    { name: 'folder', help: 'where to', required: true },
    { name: 'files', help: 'what', many: true },
  ],
  options: {
    quiet: flag('print nothing', 'q'),
    from: text('file', 'where from'),
    times: whole('count', 'how often', { least: 1, most: 9, absent: 2 }),
  },
  run,
});
const COMMANDS = [FLEET, STATUS, COPY];

describe('the command line', () => {
  it('finds a command of several words, and one whose name begins like another', () => {
    expect(divide(['fleet', 'status', '--watch'], COMMANDS)).to.deep.equal({ command: STATUS, rest: ['--watch'] });
    expect(divide(['fleet', '--watch'], COMMANDS)).to.deep.equal({ command: FLEET, rest: ['--watch'] });
    expect(divide(['help', 'fleet', 'status'], COMMANDS)).to.deep.equal({ command: STATUS, rest: ['--help'] });
  });

  it('finds the command after shared options', () => {
    for (const config of [['--config', 'copy'], ['--config=copy']]) {
      const { command: found, rest } = divide([...config, 'copy', 'here'], COMMANDS);
      expect(found).to.equal(COPY);
      expect(rest).to.deep.equal([...config, 'here']);
    }
  });

  it('finds no command where options of a command come first', () => {
    expect(divide(['--times', '3'], COMMANDS)).to.deep.equal({ rest: ['--times', '3'] });
    expect(divide([], COMMANDS)).to.deep.equal({ rest: [] });
  });

  it('gives every option its value, or the default', () => {
    expect(parse(['here'], COPY).options).to.deep.equal({ quiet: false, from: undefined, times: 2 });
    const { options, words } = parse(['-q', 'here', '--from=-x', 'a', '--times', '3', '--times', '9', 'b'], COPY);
    expect(options).to.deep.equal({ quiet: true, from: '-x', times: 9 });
    expect(words).to.deep.equal(['here', 'a', 'b']);
  });

  it('takes everything behind -- as arguments', () => {
    expect(parse(['--', '--quiet', '-q'], COPY)).to.deep.include({ words: ['--quiet', '-q'] });
  });

  for (const [mistake, args, expected] of [
    ['a missing argument', [], 'expected a folder, got none.'],
    ['a number out of range', ['here', '--times', '10'], '--times <count>: expected an integer from 1 to 9, got "10".'],
    ['a broken number', ['here', '--times', '1e0'], '--times <count>: expected an integer from 1 to 9, got "1e0".'],
    ['a negated flag', ['here', '--no-quiet'], 'unknown option "--no-quiet"; did you mean --quiet?'],
    ['a flag with a value', ['here', '--quiet=no'], '-q, --quiet: expected no value, got "no".'],
    ['a prototype', ['here', '--__proto__'], 'unknown option "--__proto__"; the options are --quiet, --from, --times.'],
  ] as const) {
    it(`rejects ${mistake}`, () => {
      expect(() => parse(args, COPY)).to.throw(UsageError, expected);
    });
  }

  it('lists commands and options in two columns of 80 characters together', () => {
    const program: Program = { call: 'tool', help: 'A tool. '.repeat(20).trim(), commands: COMMANDS, fallback: COPY };
    const overview = overviewHelp(program, SHARED).split('\n');
    expect(overview[0]).to.equal('Usage: tool [options] [command]');
    expect(overview).to.include.members([
      '  fleet                               all of it',
      '  fleet status [options]              print it',
      '  copy [options] <folder> [files...]  copy files',
      '  --times <count>  how often; default: 2',
    ]);
    const help = commandHelp(COPY, 'tool', SHARED).split('\n');
    expect(help[0]).to.equal('Usage: tool copy [options] <folder> [files...]');
    expect(help).to.include.members(['  [files...]  what', '  -q, --quiet      print nothing']);
    for (const line of [...overview, ...help]) expect(line.length, line).to.be.at.most(80);
  });
});

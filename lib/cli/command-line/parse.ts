import { UsageError } from '../errors.js';
import { nearest } from '../nearest.js';
import type { Argument, Command, Options } from './command.js';
import { optionName } from './help.js';
import { type OptionToken, tokensOf } from './tokens.js';

/** The parsed options and arguments. */
export interface Parsed {
  readonly options: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
}

/**
 * Reads the options and arguments of a command. If an option is given twice, the last value counts.
 * @throws {UsageError} for anything that the command does not know
 */
export function parse(args: readonly string[], command: Pick<Command, 'arguments' | 'options'>): Parsed {
  const values = new Map(Object.entries(command.options).map(([name, { absent }]) => [name, absent]));
  const words: string[] = [];
  for (const token of tokensOf(args, command.options)) {
    if (token.kind === 'positional') words.push(token.value);
    else if (token.kind === 'option') values.set(token.name, valueOf(token, command.options));
  }
  checkWords(words, command.arguments ?? []);
  return { options: Object.fromEntries(values), words };
}

function valueOf({ name, rawName, value, inlineValue }: OptionToken, options: Options): unknown {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (!option) throw new UsageError(unknownOption(rawName, options));
  const wrongValue = (got: string): UsageError =>
    new UsageError(`${optionName(name, option)}: expected ${option.expected}, got ${got}.`);
  if (option.value === undefined) {
    if (value !== undefined) throw wrongValue(JSON.stringify(value));
    return option.read('');
  }
  // A value that begins with "-" must be written as --option=-value; otherwise it would be the next option.
  if (value === undefined || (!inlineValue && value.startsWith('-'))) throw wrongValue('none');
  const read = option.read(value);
  if (read === undefined) throw wrongValue(JSON.stringify(value));
  return read;
}

function unknownOption(rawName: string, options: Options): string {
  const names = Object.keys(options);
  const near = nearest(rawName.replace(/^-+/, ''), names);
  const known = names.map((name) => `--${name}`).join(', ');
  return `unknown option "${rawName}"; ${near === undefined ? `the options are ${known}.` : `did you mean --${near}?`}`;
}

function checkWords(words: readonly string[], known: readonly Argument[]): void {
  const missing = known.find(({ required }, i) => required && words.length <= i);
  if (missing) throw new UsageError(`expected a ${missing.name}, got none.`);
  if (words.length <= known.length || known.at(-1)?.many) return;
  const most = known.length === 0 ? 'no argument' : `at most ${known.length} argument${known.length > 1 ? 's' : ''}`;
  throw new UsageError(`expected ${most}, got ${words.map((word) => JSON.stringify(word)).join(' ')}.`);
}

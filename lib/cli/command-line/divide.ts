import { UsageError } from '../errors.js';
import type { Command } from './command.js';
import { SHARED } from './shared.js';
import { tokensOf } from './tokens.js';

/** A command line, divided into the command and everything else. */
export interface Divided {
  /** Undefined if the command line names none. */
  readonly command?: Command;
  readonly rest: readonly string[];
}

/**
 * Finds the command's name, which comes first or after shared options. `help NAME` means `NAME --help`.
 * @throws {UsageError} for an unknown command
 */
export function divide(args: readonly string[], commands: readonly Command[]): Divided {
  const at = indexAfterShared(args);
  const shared = args.slice(0, at);
  if (args[at] === 'help') {
    const { command, rest } = divide([...shared, ...args.slice(at + 1)], commands);
    return { ...(command && { command }), rest: [...rest, '--help'] };
  }
  const commandArgs = args.slice(at);
  const word = commandArgs[0];
  if (word === undefined || word.startsWith('-')) return { rest: args };
  const command = longestNamedBy(commandArgs, commands);
  if (!command) throw new UsageError(`unknown command ${JSON.stringify(word)}; the commands are ${namesOf(commands)}.`);
  return { command, rest: [...shared, ...commandArgs.slice(command.name.split(' ').length)] };
}

/** The index of the first argument after the leading shared options. */
function indexAfterShared(args: readonly string[]): number {
  const tokens = tokensOf(args, SHARED);
  const first = tokens.find((token) => token.kind !== 'option' || !Object.hasOwn(SHARED, token.name));
  return first?.index ?? args.length;
}

/** The command with the longest matching name. A name may have several words, such as `fleet status`. */
function longestNamedBy(words: readonly string[], commands: readonly Command[]): Command | undefined {
  return commands
    .filter(({ name }) => name.split(' ').every((word, i) => words[i] === word))
    .reduce<Command | undefined>((best, one) => (one.name.length > (best?.name.length ?? 0) ? one : best), undefined);
}

function namesOf(commands: readonly Command[]): string {
  return commands.map(({ name }) => name).join(', ');
}

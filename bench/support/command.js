// What the commands of this folder have in common: flags, Ctrl-C, and what is said of a mistake.
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { EXIT } from '../../dist/cli/exit-code.js';
import { Interrupted, interruptible } from '../../dist/cli/terminal/interrupt.js';
import { endQuietlyWithoutReader } from '../../dist/cli/terminal/output.js';

/** A mistake of whoever typed the command: its message is one line that says what to write or do instead. */
export class Misuse extends Error {}

/** @typedef {{ flag: string, what: string, parse?: (text: string) => unknown, fallback?: unknown }} Flag */

/**
 * Reads the flags, does the work until it is done or Ctrl-C ends it, and sets the exit code.
 * @param {{ name: string, what: string, flags: readonly Flag[] }} command
 * @param {(options: Record<string, any>, signal: AbortSignal) => Promise<number | void>} work resolves to the exit code
 */
export async function command({ name, what, flags }, work) {
  endQuietlyWithoutReader();
  const program = new Command(name)
    .description(what)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  for (const { flag, what, parse = (text) => text, fallback } of flags) program.option(flag, what, parse, fallback);
  program.action(async (options) => {
    process.exitCode = (await interruptible((signal) => work(options, signal))) ?? EXIT.good;
  });
  try {
    await program.parseAsync(process.argv.slice(2), { from: 'user' });
  } catch (error) {
    const code = complain(error, name, flags);
    // What an interrupted benchmark still waits for is of no interest to who pressed Ctrl-C.
    if (code === EXIT.interrupted) process.exit(code);
    process.exitCode = code;
  }
}

/** A whole number from `least` to `most`, as a flag's value. */
export function whole(least, most) {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected an integer from ${least} to ${most}.`);
  };
}

/** Some of a list of words, as a flag's value. */
export function some(known) {
  return (text) => {
    const named = text.split(',');
    const unknown = named.filter((name) => !known.includes(name));
    if (unknown.length === 0) return known.filter((name) => named.includes(name));
    throw new InvalidArgumentError(`Unknown: ${unknown.join(', ')}. Known: ${known.join(', ')}.`);
  };
}

function complain(error, name, flags) {
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof Misuse) return misused(`${name}: ${error.message}`);
  if (!(error instanceof CommanderError)) {
    console.error(error);
    return EXIT.failed;
  }
  if (error.exitCode === 0) return EXIT.good;
  const line = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const known = ['--help', ...flags.map(({ flag }) => flag)].join(', ');
  return misused(`${name}: ${/[.?)]$/.test(line) ? line : `${line}.`} Known: ${known}`);
}

function misused(line) {
  console.error(line);
  return EXIT.misused;
}

import type { Program } from './command-line/command.js';
import { divide } from './command-line/divide.js';
import { commandHelp, overviewHelp } from './command-line/help.js';
import { parse, type Parsed } from './command-line/parse.js';
import { SHARED } from './command-line/shared.js';
import { tokensOf } from './command-line/tokens.js';
import { complaintOf } from './complaint.js';
import { UsageError } from './errors.js';
import { EXIT } from './exit-code.js';
import { ownPackage } from './package-root.js';
import { interruptible } from './terminal/interrupt.js';
import { remark, say } from './terminal/output.js';

/**
 * Runs a command line and prints its errors.
 * @returns the exit code
 */
export async function run(program: Program, args: readonly string[]): Promise<number> {
  try {
    await execute(program, args);
    return EXIT.good;
  } catch (error) {
    const { lines, code } = complaintOf(error);
    // If the user wrote --config, the message names --config, not the variable.
    const hasConfig = tokensOf(args, SHARED).some((token) => token.kind === 'option' && token.name === 'config');
    for (const line of lines) remark(hasConfig ? line.replace('RESILIENCE_CONFIG:', '--config:') : line);
    // An interrupted call may still hold a socket in the SDK; after Ctrl-C the process does not wait for it.
    if (code === EXIT.interrupted) process.exit(code);
    return code;
  }
}

async function execute(program: Program, args: readonly string[]): Promise<void> {
  const { call, fallback } = program;
  const { command, rest } = withHint(call, () => divide(args, program.commands));
  const running = command ?? fallback;
  const known = { ...running?.options, ...SHARED };
  const given = new Set(tokensOf(rest, known).map((token) => token.kind === 'option' && token.name));
  const help = (): void => say(command ? commandHelp(command, call, SHARED) : overviewHelp(program, SHARED));
  if (given.has('help')) return help();
  if (given.has('version')) return say(ownPackage().version);

  const { options, words } = withHint(
    command ? `${call} ${command.name}` : call,
    (): Parsed => parse(rest, { ...running, options: known }),
  );
  // All readers of settings use the variable.
  if (typeof options.config === 'string') process.env.RESILIENCE_CONFIG = options.config;
  if (!running) return help();
  await interruptible(async (signal) => running.run({ options, words, signal }));
}

/** Adds to each usage error how to print the help. */
function withHint<T>(call: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${error.message} See ${call} --help.`) : error;
  }
}

import { Command, InvalidArgumentError } from 'commander';
import { complaintOf } from './complaint.js';
import { EXIT } from './exit-code.js';
import { ownPackage } from './package-root.js';
import { interruptible } from './terminal/interrupt.js';
import { remark } from './terminal/output.js';
import { UsageError } from './errors.js';

const COMMANDS = ['drill', 'ask', 'explain'];

/** In a shorter drill the outage would be over before the callers' patience is, and so be none. */
const SECONDS = { least: 20, most: 120 } as const;

/**
 * Does what a command line says.
 * @returns the code to end with; what went wrong has been told
 */
export async function run(args: readonly string[]): Promise<number> {
  const program = commandLine();
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.good;
  } catch (error) {
    const { lines, code } = complaintOf(error);
    const { config } = program.opts<{ config?: string }>();
    for (const line of lines) remark(config === undefined ? line : line.replace('RESILIENCE_CONFIG:', '--config:'));
    // What an interrupted call still waits for inside the SDK is of no interest to who pressed Ctrl-C.
    if (code === EXIT.interrupted) process.exit(code);
    return code;
  }
}

// Each command is loaded when it is asked for, so that `--help` needs no SDK and `explain` no server.
function commandLine(): Command {
  const program = new Command('holdfast')
    .description('Decorator-based resilience for services on unreliable APIs: see it at work, ask it, look it up.')
    .version(ownPackage().version)
    .option('--config <file>', 'the settings file, in place of the one that RESILIENCE_CONFIG names')
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .hook('preAction', () => nameConfig(program.opts<{ config?: string }>().config));

  program
    .command('drill', { isDefault: true })
    .description('the default: let an embedded server fail on purpose, and ask it with holdfast and without')
    .option('--seconds <count>', 'how long all phases last together', whole(SECONDS.least, SECONDS.most), 24)
    .option('--seed <number>', 'which questions, moments and faults chance draws', whole(0, 2 ** 31 - 1), 7)
    // Whatever is no command comes here, because this is the default one.
    .allowExcessArguments()
    .action(async (options: { seconds: number; seed: number }, { args }: Command) => {
      if (args[0] !== undefined) throw unknownWord(args[0]);
      const { drill } = await import('./drill/drill.js');
      await interruptible((signal) => drill(options, signal));
    });

  program
    .command('ask')
    .description("answer a question from files: with an API key from OpenAI's API, else from an embedded server")
    .argument('<question>', 'what to ask')
    .argument('[files...]', "where to look for the answer; by default holdfast's own docs")
    .action(async (question: string, files: string[]) => {
      const { ask } = await import('./ask/ask.js');
      await interruptible((signal) => ask(question, files, signal));
    });

  program
    .command('explain')
    .description('print the settings in effect and where each came from')
    .argument('[Class.method]', 'a decorated method, to see its stack alone')
    .option('--json', 'print it as JSON')
    .action(async (method: string | undefined, { json = false }: { json?: boolean }) => {
      const { explain } = await import('./explain/explain.js');
      explain(method, json);
    });
  return program;
}

/** The option says it the way the environment would, so that every reader of settings finds it there. */
function nameConfig(file: string | undefined): void {
  if (file !== undefined) process.env.RESILIENCE_CONFIG = file;
}

function unknownWord(word: string): UsageError {
  return new UsageError(`unknown command "${word}"; the commands are ${COMMANDS.join(', ')}.`);
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected an integer from ${least} to ${most}.`);
  };
}

import { WIDTH, wrap } from '../terminal/wrap.js';
import type { Argument, Command, Option, Options, Program } from './command.js';

/** The help for all commands. */
export function overviewHelp({ call, help, commands, fallback }: Program, shared: Options): string {
  return [
    `Usage: ${call} [options] ${fallback ? '[command]' : '<command>'}`,
    wrap(help),
    section(
      'Commands',
      commands.map((each) => [usageOf(each), each.help]),
    ),
    section('Options', optionRows({ ...fallback?.options, ...shared })),
  ].join('\n\n');
}

/** The help for one command. */
export function commandHelp(command: Command, call: string, shared: Options): string {
  const commandArguments = command.arguments ?? [];
  return [
    `Usage: ${call} ${usageOf(command)}`,
    wrap(`${command.help.charAt(0).toUpperCase()}${command.help.slice(1)}.`),
    ...(commandArguments.length > 0
      ? [
          section(
            'Arguments',
            commandArguments.map((word) => [nameOf(word), word.help]),
          ),
        ]
      : []),
    section('Options', optionRows({ ...command.options, ...shared })),
  ].join('\n\n');
}

/** An option as users write it: `--seconds <count>`. */
export function optionName(name: string, { value, short }: Pick<Option<unknown>, 'value' | 'short'>): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value}>`}`;
}

function usageOf({ name, options, arguments: commandArguments = [] }: Command): string {
  return [name, ...(Object.keys(options).length > 0 ? ['[options]'] : []), ...commandArguments.map(nameOf)].join(' ');
}

function nameOf({ name, required, many }: Argument): string {
  const inner = `${name}${many ? '...' : ''}`;
  return required ? `<${inner}>` : `[${inner}]`;
}

function optionRows(options: Options): [string, string][] {
  return Object.entries(options).map(([name, option]) => [optionName(name, option), option.help]);
}

/** Names and their descriptions, in two columns. */
function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const indent = 4 + Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, help]) => {
    const text = wrap(help, WIDTH - indent).replaceAll('\n', `\n${' '.repeat(indent)}`);
    return `  ${name.padEnd(indent - 2)}${text}`;
  });
  return [`${title}:`, ...lines].join('\n');
}

import { parseArgs } from 'node:util';
import type { Options } from './command.js';

/** The unchecked parts of a command line, so that the commands can give their own error messages. */
export function tokensOf(args: readonly string[], options: Options) {
  const known = Object.entries(options).map(([name, { value, short }]) => {
    const type = value === undefined ? ('boolean' as const) : ('string' as const);
    return [name, { type, ...(short !== undefined && { short }) }] as const;
  });
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(known),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

export type OptionToken = Extract<ReturnType<typeof tokensOf>[number], { kind: 'option' }>;

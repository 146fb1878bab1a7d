import { Command, InvalidArgumentError } from 'commander';
import { CLIENTS } from './clients/clients.js';
import { UsageError } from './errors.js';
import { OUTAGES } from './scenario.js';

const SEEDS = 20;
const MOST_SEEDS = 1000;

const IDS = CLIENTS.map(({ id }) => id);
const KINDS = Object.keys(OUTAGES);

/**
 * @param {readonly string[]} args
 * @returns {{ seeds: number, only: string[], outage: string[], real: boolean, write: boolean } | undefined} nothing
 *   when only help was asked for
 */
export function optionsOf(args) {
  const command = new Command('npm run bench:outage --')
    .description('One upstream, one outage, and several clients side by side, in virtual time.')
    .option('--seeds <count>', `replays of each client; by default ${SEEDS}`, whole(1, MOST_SEEDS))
    .option('--only <clients>', `by default all: ${IDS.join(',')}`, some(IDS))
    .option('--outage <kinds>', `by default all: ${KINDS.join(',')}`, some(KINDS))
    .option('--real', 'over real sockets in real time: one seed, one outage, about four minutes')
    .option('--write', 'write tables and plot to docs/benchmarks.md')
    .allowExcessArguments(false)
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (error.exitCode === 0) return undefined;
    const known = command.options.map(({ long }) => long).join(', ');
    const isUnknown = /unknownOption|excessArguments/.test(error.code);
    throw new UsageError(`${sentence(error.message)}${isUnknown ? ` Known are ${known}.` : ''}`);
  }
  return checked(command.opts());
}

function checked({ seeds, outage, only = IDS, real = false, write = false }) {
  if (write && only.length < IDS.length) throw new UsageError('--write needs all clients: leave out --only.');
  if (write && !real && outage) throw new UsageError('--write needs all outages: leave out --outage.');
  if (real && seeds !== undefined) throw new UsageError('--real plays one seed: leave out --seeds.');
  if (real && outage && outage.length > 1) throw new UsageError('--real plays one outage: name one.');
  return { seeds: seeds ?? SEEDS, outage: outage ?? (real ? KINDS.slice(0, 1) : KINDS), only, real, write };
}

function whole(least, most) {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected an integer from ${least} to ${most}.`);
  };
}

function some(known) {
  return (text) => {
    const named = text.split(',');
    const unknown = named.filter((name) => !known.includes(name));
    if (unknown.length === 0) return known.filter((name) => named.includes(name));
    throw new InvalidArgumentError(`Unknown: ${unknown.join(', ')}. Known are ${known.join(', ')}.`);
  };
}

function sentence(message) {
  const line = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return /[.?)]$/.test(line) ? line : `${line}.`;
}

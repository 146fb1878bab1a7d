// `npm run bench:outage`: what an outage does to several clients, side by side. `-- --help` names its flags.
import { command, Misuse, some, whole } from '../support/command.js';
import { aroundMarkers } from '../support/page.js';
import { requirePeers } from '../support/peers.js';
import { inVirtualTime, overSockets } from './bench.js';
import { CLIENTS } from './clients/clients.js';
import { OUTAGES } from './scenario.js';

const SEEDS = 20;
const IDS = CLIENTS.map(({ id }) => id);
const KINDS = Object.keys(OUTAGES);

const FLAGS = [
  { flag: '--seeds <count>', what: `replays of each client; by default ${SEEDS}`, parse: whole(1, 1000) },
  { flag: '--only <clients>', what: `by default all: ${IDS.join(',')}`, parse: some(IDS) },
  { flag: '--outage <kinds>', what: `by default all: ${KINDS.join(',')}`, parse: some(KINDS) },
  { flag: '--real', what: 'over sockets and in real time: one seed, one outage, about four minutes' },
  { flag: '--write', what: 'put the results into docs/benchmarks.md, in place of those that are there' },
];

await command({ name: 'bench:outage', what: 'One outage, several clients.', flags: FLAGS }, async (given, signal) => {
  const options = checked(given);
  const clients = CLIENTS.filter(({ id }) => options.only.includes(id));
  requirePeers([...new Set(clients.flatMap(({ peers = [] }) => peers))]);
  if (options.write) for (const name of ['outage', 'outage-real']) aroundMarkers(name);
  await (options.real ? overSockets(clients, options, signal) : inVirtualTime(clients, options, signal));
});

function checked({ seeds, outage, only = IDS, real = false, write = false }) {
  if (write && only.length < IDS.length) throw new Misuse('--write needs all clients: leave out --only.');
  if (write && !real && outage) throw new Misuse('--write needs all outages: leave out --outage.');
  if (real && seeds !== undefined) throw new Misuse('--real plays one seed: leave out --seeds.');
  if (real && outage && outage.length > 1) throw new Misuse('--real plays one outage: name one.');
  return { seeds: seeds ?? SEEDS, outages: outage ?? (real ? KINDS.slice(0, 1) : KINDS), only, real, write };
}

// `npm run bench:ratelimit`: several clients beside a rate limit, in virtual time. `-- --help` names its flags.
import { setMaxListeners } from 'node:events';
import { command, Misuse, some, whole } from '../support/command.js';
import { aroundMarkers, markdownTable, writeBetweenMarkers } from '../support/page.js';
import { requirePeers } from '../support/peers.js';
import { CLIENTS } from './clients/clients.js';
import { figuresOf } from './figures.js';
import { marks } from './marks.js';
import { replay } from './replay.js';
import { HINTS, LOADS, scenarioOf, UPSTREAMS } from './scenario.js';
import { cells, forTerminal } from './tables.js';

// Every call that waits listens to a signal: many of them are no leak.
setMaxListeners(0);

const SEEDS = 10;
const IDS = CLIENTS.map(({ id }) => id);
const USUAL = CLIENTS.filter(({ isSlow }) => !isSlow).map(({ id }) => id);
const [UPSTREAM_IDS, HINT_IDS, LOAD_IDS] = [UPSTREAMS, HINTS, LOADS].map(Object.keys);

const FLAGS = [
  { flag: '--seeds <count>', what: `replays of each client; by default ${SEEDS}`, parse: whole(1, 1000) },
  { flag: '--only <clients>', what: `by default ${USUAL.join(',')}; also aws, which is slow`, parse: some(IDS) },
  { flag: '--upstream <kinds>', what: `by default all: ${UPSTREAM_IDS.join(',')}`, parse: some(UPSTREAM_IDS) },
  { flag: '--hint <kinds>', what: `by default all: ${HINT_IDS.join(',')}`, parse: some(HINT_IDS) },
  { flag: '--load <loads>', what: `by default all: ${LOAD_IDS.join(',')}`, parse: some(LOAD_IDS) },
  { flag: '--write', what: 'put the results into docs/benchmarks.md; needs everything' },
];

await command(
  { name: 'bench:ratelimit', what: 'A rate limit, several clients.', flags: FLAGS },
  async (given, signal) => {
    const { seeds = SEEDS, only = USUAL, upstream, hint, load, write = false } = given;
    if (write && (given.only || upstream || hint || load))
      throw new Misuse('--write needs everything: leave out the rest.');
    if (write) aroundMarkers('ratelimit');
    const clients = CLIENTS.filter(({ id }) => only.includes(id));
    requirePeers([...new Set(clients.flatMap(({ peers = [] }) => peers))]);
    const sections = [];
    for (const each of upstream ?? UPSTREAM_IDS)
      for (const said of hint ?? HINT_IDS)
        for (const asked of load ?? LOAD_IDS)
          sections.push(await play(clients, scenarioOf(each, said, asked), seeds, signal));
    if (write) writeBetweenMarkers('ratelimit', sections.map(page).join('\n\n'));
  },
);

async function play(clients, scenario, seeds, signal) {
  const rows = [];
  for (const client of clients) {
    const make = await client.load();
    const figures = [];
    for (let seed = 1; seed <= seeds; seed++)
      figures.push(figuresOf(await replay(make, scenario, seed, signal), scenario));
    rows.push({ client, figures });
  }
  const section = { scenario, rows };
  console.log(`\n${titleOf(scenario)}\n${forTerminal(cells(rows))}`);
  for (const { text, isReached } of marks(section)) console.log(`${isReached ? '✔' : '✖'} ${text}`);
  return section;
}

function titleOf({ upstream, hint, load }) {
  return `${UPSTREAMS[upstream]}. A 429 says: ${HINTS[hint]}.\nCalls: ${LOADS[load]} × the limit.`;
}

function page({ scenario, rows }) {
  const { head, rows: lines } = cells(rows);
  return `${titleOf(scenario)}\n\n${markdownTable(head, lines)}`;
}

import { setMaxListeners } from 'node:events';
import { figuresOf } from './figures.js';
import { marks } from './marks.js';
import { DRAWN_SEED, writePlot, writeReal, writeVirtual } from './page.js';
import { replayOverSockets } from './real.js';
import { replay } from './replay.js';
import { OUTAGES, scenarioOf } from './scenario.js';
import { cost, forTerminal, goodput, overSeeds } from './tables.js';

// Every call that is under way listens to one signal, in cockatiel too: many of them are no leak.
setMaxListeners(0);

/** Real time runs late where too much is to be done in it. */
const AT_A_TIME = 3;

/** Every client through every outage, seed by seed. */
export async function inVirtualTime(clients, { outages, seeds, write }, signal) {
  console.log(`${clients.length} clients, ${outages.join(', ')}, ${seeds} times each.`);
  const sections = [];
  for (const outage of outages) {
    const drawn = [];
    const rows = [];
    for (const client of clients) {
      const make = await client.load();
      const figures = [];
      for (let seed = 1; seed <= seeds; seed++) {
        const scenario = scenarioOf(outage, seed);
        const replayed = await replay(make, scenario, seed, signal);
        figures.push(figuresOf(replayed, scenario));
        if (seed === DRAWN_SEED) drawn.push({ name: client.name, replayed });
      }
      rows.push({ client, figures });
    }
    sections.push({ outage, rows });
    tell(outage, rows);
    if (write && sections.length === 1) writePlot(drawn, outage);
  }
  if (write) writeVirtual(sections);
}

/** One seed of one outage, in real time. */
export async function overSockets(clients, { outages: [outage], write }, signal) {
  const scenario = scenarioOf(outage, DRAWN_SEED, { isReal: true });
  const turns = Math.ceil(clients.length / AT_A_TIME);
  console.log(`${clients.length} clients, ${outage}, over sockets: ${turns} × ${Math.ceil(scenario.endsAt / 1000)} s.`);
  const rows = [];
  for (let from = 0; from < clients.length; from += AT_A_TIME) {
    const some = clients.slice(from, from + AT_A_TIME);
    const makes = await Promise.all(some.map((client) => client.load()));
    const played = await replayOverSockets(makes, scenario, DRAWN_SEED, signal);
    rows.push(...some.map((client, at) => ({ client, figures: [figuresOf(played[at], scenario)] })));
  }
  tell(outage, rows);
  if (write) writeReal(rows, outage);
}

function tell(outage, rows) {
  console.log(`\nOutage: ${outage}. ${OUTAGES[outage]}.`);
  console.log(`${overSeeds(rows[0].figures.length)}.\n${forTerminal(goodput(rows))}\n${forTerminal(cost(rows))}`);
  const { limits } = scenarioOf(outage, DRAWN_SEED);
  for (const { text, isReached } of marks(rows, limits, outage)) console.log(`${isReached ? '✔' : '✖'} ${text}`);
}

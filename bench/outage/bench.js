import { CLIENTS } from './clients/clients.js';
import { figuresOf } from './figures.js';
import { marks } from './marks.js';
import { checkPage, DRAWN_SEED, writePlot, writeReal, writeVirtual } from './page.js';
import { replayOverSockets } from './real.js';
import { replay } from './replay.js';
import { OUTAGES, scenarioOf } from './scenario.js';
import { cost, forTerminal, goodput, overSeeds } from './tables.js';

/**
 * Plays what the options name, and tells what came of it.
 *
 * @param {NonNullable<ReturnType<typeof import('./options.js').optionsOf>>} options
 * @param {AbortSignal} signal
 */
export async function bench(options, signal) {
  if (options.write) checkPage();
  const clients = [];
  // One after the other, so that it is always the same package whose absence is told.
  for (const client of CLIENTS)
    if (options.only.includes(client.id)) clients.push({ ...client, make: await client.load() });
  await (options.real ? overSockets(clients, options, signal) : inVirtualTime(clients, options, signal));
}

async function inVirtualTime(clients, { outage: outages, seeds, write }, signal) {
  const sections = [];
  for (const outage of outages) {
    const drawn = [];
    const rows = [];
    for (const client of clients) {
      const figures = [];
      for (let seed = 1; seed <= seeds; seed++) {
        const scenario = scenarioOf(outage, seed);
        const replayed = await replay(client.make, scenario, seed, signal);
        figures.push(figuresOf(replayed, scenario));
        if (seed === DRAWN_SEED) drawn.push({ name: client.name, replayed });
      }
      rows.push({ client, figures });
      process.stderr.write(`${outage}: ${client.name}\n`);
    }
    sections.push({ outage, rows, marks: marks(rows, scenarioOf(outage, DRAWN_SEED).limits) });
    tell(sections.at(-1), seeds);
    if (write && sections.length === 1) writePlot(drawn, outage);
  }
  if (write) writeVirtual(sections);
}

/** Real time runs late where too much is to be done in it. */
const AT_A_TIME = 3;

async function overSockets(clients, { outage: [outage], write }, signal) {
  const scenario = scenarioOf(outage, DRAWN_SEED, { isReal: true });
  const played = [];
  for (let from = 0; from < clients.length; from += AT_A_TIME) {
    const some = clients.slice(from, from + AT_A_TIME);
    const names = some.map(({ name }) => name).join('; ');
    process.stderr.write(
      `${outage}, over sockets, ${Math.ceil(scenario.endsAt / 1000)} s and a little more: ${names}\n`,
    );
    const makes = some.map(({ make }) => make);
    played.push(...(await replayOverSockets(makes, scenario, DRAWN_SEED, signal)));
  }
  const rows = clients.map((client, at) => ({ client, figures: [figuresOf(played[at], scenario)] }));
  tell({ outage, rows, marks: marks(rows, scenario.limits) }, 1);
  if (write) writeReal(rows, outage);
}

function tell({ outage, rows, marks: reached }, seeds) {
  const lines = [
    `\nOutage: ${outage}: ${OUTAGES[outage]}`,
    overSeeds(seeds),
    forTerminal(goodput(rows)),
    forTerminal(cost(rows)),
    ...reached.map(({ text, isReached }) => `${isReached ? '✔' : '✖'} ${text}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

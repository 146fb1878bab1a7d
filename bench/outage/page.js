import { writeFileSync } from 'node:fs';
import { markdownTable, writeBetweenMarkers } from '../support/page.js';
import { plot } from './plot.js';
import { OUTAGES, scenarioOf } from './scenario.js';
import { cost, goodput, overSeeds } from './tables.js';

const PLOT = new URL('../../docs/outage.svg', import.meta.url);
const README_PLOT = new URL('../../docs/outage-four.svg', import.meta.url);

/** The clients of README's picture: each other library in the order that its docs show. */
const IN_README = ['openai SDK', 'cockatiel, retry outside', 'opossum, p-retry outside', 'holdfast'];

/** Which replay is drawn. */
export const DRAWN_SEED = 1;

/** @param {readonly { outage: string, rows: readonly import('./tables.js').Row[] }[]} sections */
export function writeVirtual(sections) {
  const seeds = sections[0].rows[0].figures.length;
  const text = sections.flatMap(({ outage, rows }, at) => [
    `#### Outage: ${outage}`,
    `${OUTAGES[outage]}.`,
    `${overSeeds(seeds)}:`,
    ...tables(rows),
    ...(at === 0 ? [`![Useful answers and requests a second, seed ${DRAWN_SEED}](outage.svg)`] : []),
  ]);
  writeBetweenMarkers('outage', text.join('\n\n'));
}

export function writeReal(rows, outage) {
  writeBetweenMarkers('outage-real', [`Outage: ${outage}. ${OUTAGES[outage]}.`, ...tables(rows)].join('\n\n'));
}

/** @param {Parameters<typeof plot>[0]} clients */
export function writePlot(clients, outage) {
  const scenario = scenarioOf(outage, DRAWN_SEED);
  writeFileSync(PLOT, plot(clients, scenario));
  const four = clients.filter(({ name }) => IN_README.includes(name));
  writeFileSync(README_PLOT, plot(four, scenario, four.length));
}

function tables(rows) {
  return [goodput(rows), cost(rows)].map(({ head, rows: cells }) => markdownTable(head, cells));
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { UsageError } from './errors.js';
import { plot } from './plot.js';
import { OUTAGES, scenarioOf } from './scenario.js';
import { cost, forPage, goodput, overSeeds } from './tables.js';

const PAGE = new URL('../../docs/benchmarks.md', import.meta.url);
const PLOT = new URL('../../docs/outage.svg', import.meta.url);

/** Which replay is drawn. */
export const DRAWN_SEED = 1;

/** @typedef {{ outage: string, rows: readonly import('./tables.js').Row[] }} Section */

/**
 * Writes what came of virtual time between the page's markers.
 *
 * @param {readonly Section[]} sections
 */
export function writeVirtual(sections) {
  const seeds = sections[0].rows[0].figures.length;
  const text = sections.flatMap(({ outage, rows }, at) => [
    `#### Outage: ${outage}`,
    `${capital(OUTAGES[outage])}.`,
    `${overSeeds(seeds)}:`,
    forPage(goodput(rows)),
    forPage(cost(rows)),
    ...(at === 0 ? [`![Useful answers and requests a second, seed ${DRAWN_SEED}](outage.svg)`] : []),
  ]);
  between('outage', text.join('\n\n'));
}

/** The same for what was measured over sockets. */
export function writeReal(rows, outage) {
  const text = [`Outage ${outage}: ${OUTAGES[outage]}.`, forPage(goodput(rows)), forPage(cost(rows))];
  between('outage-real', text.join('\n\n'));
}

/** @param {Parameters<typeof plot>[0]} clients */
export function writePlot(clients, outage) {
  writeFileSync(PLOT, plot(clients, scenarioOf(outage, DRAWN_SEED)));
}

/** Refused before anything has been measured. */
export function checkPage() {
  between('outage', undefined);
  between('outage-real', undefined);
}

function between(name, text) {
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  const [opening, closing] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(opening), page.indexOf(closing)];
  if (from < 0 || to < from) throw new UsageError(`docs/benchmarks.md has no ${opening} … ${closing} to write between`);
  if (text === undefined) return;
  writeFileSync(PAGE, `${page.slice(0, from)}${opening}\n\n${text}\n\n${page.slice(to)}`);
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

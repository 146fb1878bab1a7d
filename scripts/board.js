// Draws the board of observability/grafana for docs/observability.md: a real Prometheus scrapes three processes of a shop,
// whose upstream has an outage, and answers every query of the board. Needs Prometheus and Chromium.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPrometheus } from '../build/standard/observability/support/prometheus.js';
import { chromiumPath, launch } from '../build/standard/support/chromium.js';
import { startFleetStore } from '../dist/testing/index.js';
import { pageOf } from './board/page.js';
import { pictureOf } from './board/picture.js';
import { askAll } from './board/queries.js';
import { startUpstream } from './board/upstream.js';

const FILE = process.env.FILE ?? 'docs/screenshots/board.png';
const WIDTH = 1400;
const PROCESSES = 3;
/** Seconds between two scrapes, and between two points. */
const RATE = { scrape: 1, step: 2 };
/** Nothing is drawn of the first seconds, in which rates have no value yet. */
const UNSEEN_SECONDS = 8;
const PHASES = [
  ['healthy', 30],
  ['outage', 35],
  ['recovery', 45],
];

const board = JSON.parse(readFileSync('observability/grafana/holdfast.json', 'utf8'));
const page = pageOf(board, ...(await drill()), WIDTH);
await picture(page);

/** What Prometheus answers, and for which time. */
async function drill() {
  const [upstream, store] = await Promise.all([startUpstream(), startFleetStore()]);
  const shops = Array.from({ length: PROCESSES }, () => fork('scripts/board/shop.js', [upstream.url, store.url]));
  let prometheus;
  try {
    const addresses = await Promise.all(shops.map(async (shop) => (await once(shop, 'message'))[0]));
    prometheus = await startPrometheus({ shop: addresses });
    await sleep(UNSEEN_SECONDS * 1000);
    const start = Math.floor(Date.now() / 1000);
    for (const [phase, seconds] of PHASES) {
      upstream.enter(phase);
      console.log(`${phase} for ${seconds} s`);
      await sleep(seconds * 1000);
    }
    const times = { ...RATE, start, end: Math.floor(Date.now() / 1000) };
    return [await askAll(board, times, prometheus.range), times];
  } finally {
    for (const shop of shops) shop.disconnect();
    await prometheus?.stop();
    await store.close();
    upstream.close();
  }
}

async function picture(html) {
  const browser = await launch(chromiumPath());
  try {
    const shown = await browser.newPage({ colorScheme: 'dark', viewport: { width: WIDTH, height: 900 } });
    await shown.setContent(html);
    writeFileSync(FILE, await pictureOf(shown));
  } finally {
    await browser.close();
  }
}

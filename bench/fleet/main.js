// `npm run bench:fleet`: what a fleet costs and saves, for up to ten thousand members in virtual time. `-- --help` names its flags.
import { command, whole } from '../support/command.js';
import { aroundMarkers, markdownTable, writeBetweenMarkers } from '../support/page.js';
import { known } from './known.js';
import { falseOpens, outage, recoveryPeak } from './scenarios.js';
import { KINDS } from './world.js';

const PAGE = 'docs/fleet.md';
const MARKER = 'bench:fleet';
const REAL_MARKER = 'bench:fleet --real';

const FLAGS = [
  { flag: '--most <members>', what: 'the largest fleet; by default 10000', parse: whole(10, 10_000), fallback: 10_000 },
  {
    flag: '--real',
    what: 'real time and sockets instead: how long it takes until twenty members know of a transition',
  },
  { flag: '--write', what: `put the results into ${PAGE}, in place of those that are there` },
];

const seconds = (ms) => (Number.isNaN(ms) ? 'never' : `${(ms / 1000).toFixed(1)} s`);
const share = (part) => part.toFixed(2);

async function detection(most, signal) {
  const sizes = [3, 10, 100, 1000].filter((size) => size <= most);
  const rows = [];
  for (const kind of Object.keys(KINDS)) {
    const results = [];
    for (const size of sizes) results.push(await outage(kind, size, {}, signal));
    const last = results.at(-1);
    rows.push([
      KINDS[kind].name,
      ...results.map(({ knownAfterMs }) => seconds(knownAfterMs)),
      last.requests,
      last.probes,
    ]);
  }
  for (const kind of most >= 10_000 ? ['none', 'fleet'] : []) {
    const { knownAfterMs, requests, probes } = await outage(kind, 10_000, {}, signal);
    rows.push([
      `${KINDS[kind].name}, 10 000 members`,
      ...sizes.slice(1).map(() => ''),
      seconds(knownAfterMs),
      requests,
      probes,
    ]);
  }
  return {
    title: `An outage of 60 s: until 99 % of the members know, and what the upstream gets (${sizes.at(-1)} members).`,
    head: ['rule', ...sizes.map((size) => `${size} members`), 'requests', 'of them probes'],
    rows,
  };
}

async function faulty(most, signal) {
  const size = Math.min(1000, most);
  const faults = [
    ['none', {}],
    ['store answers in 100 ms', { delayMs: 100 }],
    ['store answers in 200 ms', { delayMs: 200 }],
    ['half of the messages lost', { lost: 0.5 }],
    ['no messages at all (`subscribe` left out)', { silent: true }],
    ['30 % cut off from the store', { cut: 0.3 }],
  ];
  const rows = [];
  for (const [name, fault] of faults) {
    const { knownAfterMs, requests, probes } = await outage('fleet', size, fault, signal);
    rows.push([name, seconds(knownAfterMs), requests, probes]);
  }
  const alone = await outage('none', size, {}, signal);
  rows.push(['no fleet', seconds(alone.knownAfterMs), alone.requests, alone.probes]);
  return {
    title: `The same with a faulty store, ${size} members.`,
    head: ['fault', '99 % know after', 'requests', 'of them probes'],
    rows,
  };
}

async function sparse(most, signal) {
  const size = Math.min(100, most);
  const rows = [];
  for (const threshold of [5, 3]) {
    for (const kind of ['none', 'votes', 'fleet']) {
      const faults = { everyMs: 60_000, threshold, warmUpMs: 180_000, outageMs: 900_000 };
      const { knownAfterMs, requests } = await outage(kind, size, faults, signal);
      rows.push([KINDS[kind].name, threshold, seconds(knownAfterMs), requests]);
    }
  }
  return {
    title: `Little traffic: ${size} members with one call a minute each, an outage of 15 minutes.`,
    head: ['rule', '`failureThreshold`', '99 % know after', 'requests'],
    rows,
  };
}

async function falseAlarms(most, signal) {
  const kinds = ['one', 'votes', 'seconds', 'fleet'];
  const troubles = [
    ['1 bad of 10', { bad: 1 }],
    ['2 bad of 10', { bad: 2 }],
    ['4 bad of 10', { bad: 4 }],
    ['20 % of all calls fail', { noise: 0.2 }],
    ['40 % of all calls fail', { noise: 0.4 }],
  ];
  const rows = [];
  for (const [name, trouble] of troubles) {
    const row = [name];
    for (const kind of kinds) row.push((await falseOpens(kind, 10, trouble, signal)).opens);
    rows.push(row);
  }
  return {
    title: 'An hour in which the upstream answers: how often ten members open together.',
    head: ['trouble', ...kinds.map((kind) => KINDS[kind].name)],
    rows,
  };
}

async function fewGood(_most, signal) {
  const kinds = ['one', 'seconds', 'fleet'];
  const rows = [];
  for (const bad of [6, 7, 8, 9]) {
    const row = [`${bad} bad of 10`];
    for (const kind of kinds) row.push(share((await falseOpens(kind, 10, { bad }, signal)).goodput));
    rows.push(row);
  }
  return {
    title: 'What the good members get answered while the others are bad, as a share of their calls.',
    head: ['trouble', ...kinds.map((kind) => KINDS[kind].name)],
    rows,
  };
}

async function peaks(most, signal) {
  const size = Math.min(1000, most);
  const rows = [];
  for (const rampUpMs of [0, 5000, 10_000])
    rows.push([`${rampUpMs / 1000} s`, `${(await recoveryPeak('fleet', size, rampUpMs, signal)).toFixed(1)} ×`]);
  return {
    title: `When the upstream is back and every one of ${size} members has a caller waiting: the most requests in 100 ms, against a usual 100 ms.`,
    head: ['`fleet.rampUp`', 'peak'],
    rows,
  };
}

async function realTime(_most, signal) {
  const at = (ms, part) => `${ms[Math.floor(part * (ms.length - 1))].toFixed(1)} ms`;
  return {
    title:
      'Twenty members with a connection each, half of them through either library: until all know of a transition.',
    head: ['store', 'median', '99 %'],
    rows: (await known(signal)).map(({ name, ms }) => [name, at(ms, 0.5), at(ms, 0.99)]),
  };
}

await command(
  { name: 'bench:fleet', what: 'A fleet in virtual time.', flags: FLAGS },
  async ({ most, write, real }, signal) => {
    const marker = real ? REAL_MARKER : MARKER;
    if (write) aroundMarkers(marker, PAGE);
    const sections = [];
    for (const section of real ? [realTime] : [detection, faulty, sparse, falseAlarms, fewGood, peaks]) {
      const { title, head, rows } = await section(most, signal);
      const text = `${title}\n\n${markdownTable(head, rows)}`;
      console.log(`${text}\n`);
      sections.push(text);
    }
    if (write) writeBetweenMarkers(marker, sections.join('\n\n'), PAGE);
  },
);

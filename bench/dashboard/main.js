// `npm run bench:dashboard`: what one viewer of the live view costs. `-- --help` names its flags. Runs with a viewer and
// without take turns. Two kinds of runs are alike: how far they are apart is the noise.
import { command, whole } from '../support/command.js';
import { markdownTable } from '../support/page.js';
import { ARMS as DRILLS, drills, ONE_VIEWER } from './drills.js';
import { ARMS as LOOPS, loop } from './loop.js';
import { quartiles } from './parts.js';

const MOST_LOST = 0.01;

const FLAGS = [
  { flag: '--drills <n>', what: 'drills of each kind; by default 5', parse: whole(0, 100), fallback: 5 },
  { flag: '--rounds <n>', what: 'slices of the loop of each kind; by default 20', parse: whole(0, 500), fallback: 20 },
  {
    flag: '--failing <percent>',
    what: "the loop's requests that fail; by default 15",
    parse: whole(0, 100),
    fallback: 15,
  },
  { flag: '--slice <ms>', what: 'how long a slice is; by default 1500', parse: whole(100, 60_000), fallback: 1500 },
];

await command(
  { name: 'npm run bench:dashboard --', what: 'Measures what a viewer of the live view costs.', flags: FLAGS },
  async (options, signal) => {
    let lost = 0;
    if (options.drills > 0) {
      const runs = await drills(options.drills, signal);
      console.log(`The drill, ${options.drills} runs of each kind\n`);
      print(runs, DRILLS, 'calls a second', ({ perSecond }) => perSecond);
      print(runs, DRILLS, 'CPU ms a call', ({ cpuMs }) => cpuMs);
      lost = 1 - ratios(runs[ONE_VIEWER], runs[DRILLS[0]], ({ perSecond }) => perSecond)[1];
      console.log(`One viewer costs ${(lost * 100).toFixed(1)} % of the drill's calls a second.\n`);
    }
    if (options.rounds > 0) {
      const slices = await loop(options, signal);
      console.log(`A loop without a pause, ${options.rounds} slices of each kind\n`);
      print(slices, LOOPS, 'calls per CPU second', (rate) => rate);
    }
    return lost <= MOST_LOST ? 0 : 1;
  },
);

function print(found, [first, ...others], what, valueOf) {
  const median = (arm) => quartiles(found[arm].map(valueOf))[1].toPrecision(4);
  const rows = [
    [first, median(first), '', '', ''],
    ...others.map((arm) => [
      ...[arm, median(arm)],
      ...ratios(found[arm], found[first], valueOf).map((ratio) => ratio.toFixed(3)),
    ]),
  ];
  console.log(`${markdownTable([what, 'median', `÷ ${first}: q1`, 'median', 'q3'], rows)}\n`);
}

/** Each run beside the first kind's run of the same round. */
function ratios(runs, others, valueOf) {
  return quartiles(runs.map((run, i) => valueOf(run) / valueOf(others[i])));
}

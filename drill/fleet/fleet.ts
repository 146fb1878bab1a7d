import { say } from '#lib/cli/terminal/output.js';
import { table } from '#lib/cli/terminal/table.js';
import { wrap } from '#lib/cli/terminal/wrap.js';
import { startFleetStore, type TestFleetStore } from 'holdfast/testing';
import { Members, pause, sum } from './members.js';
import { LIMIT } from './limit.js';
import { type Side, Upstream } from './upstream.js';

/** What one fault has cost, as it is printed. */
interface Row {
  readonly fault: string;
  readonly measure: string;
  readonly fleet: string;
  readonly alone: string;
}

interface Stage {
  readonly members: Members;
  readonly upstream: Upstream;
  /** Undefined if the store is one of the user's. */
  readonly store: TestFleetStore | undefined;
}

const PROCESSES = 8;
const CLOSED_WITHIN_MS = 6000;

const INTRO =
  'call one upstream ten times a second each: once through a circuit that all share ("fleet"), and once through one that acts for its process alone ("alone"). Five things happen to them; it takes half a minute.';

/** What is shown, in turn. */
const SCENES: readonly (readonly [what: string, play: (stage: Stage) => Promise<Row[]>])[] = [
  ['the upstream goes down', outage],
  ['the process that probes for all is killed', killedProbe],
  ['the store hangs, and the upstream goes down meanwhile', hungStore],
  ['the upstream fails for one process alone', badMember],
  ['all of them want more than a limit allows', sharedLimit],
];

const READING =
  'A fleet sends fewer requests into an outage, and one probe for all. When the process that probes is killed, the others wait until its lease ends, at most probeInterval: 1 s here. Without the store every process acts as if it were alone. docs/fleet.md has the rules.';

const whole = (value: number): string => (Number.isFinite(value) ? String(Math.round(value)) : 'never');
const ms = (value: number): string => (Number.isFinite(value) ? `${Math.round(value)} ms` : 'never');

/** `npm start -- fleet`: eight processes with one circuit, and beside it each with one of its own. */
export async function fleetDrill(url: string | undefined, signal: AbortSignal): Promise<void> {
  const store = url === undefined ? await startFleetStore() : undefined;
  const upstream = new Upstream();
  const members = new Members();
  const stage = { members, upstream, store };
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    await Promise.race([play(stage, url ?? (store as TestFleetStore).url, signal), interrupted]);
  } finally {
    members.killAll();
    upstream.close();
    await store?.close();
  }
}

async function play(stage: Stage, store: string, signal: AbortSignal): Promise<void> {
  const { members, upstream } = stage;
  say(wrap(`${PROCESSES} processes ${INTRO}`));
  await members.start(PROCESSES, store, await upstream.start());
  await pause(1500);
  const rows: Row[] = [];
  for (const [nth, [what, fault]] of SCENES.entries()) {
    if (signal.aborted) return;
    say(`${nth + 1} of ${SCENES.length}: ${what} …`);
    rows.push(...(await fault(stage)));
  }
  say(`\n${drawn(rows)}\n\n${wrap(READING)}`);
  await members.stop();
}

function drawn(rows: readonly Row[]): string {
  const columns = [
    { head: 'fault' },
    { head: 'measured' },
    { head: 'fleet', align: 'right' },
    { head: 'alone', align: 'right' },
  ] as const;
  return table(
    columns,
    rows.map(({ fault, measure, fleet, alone }) => [fault, measure, fleet, alone]),
  );
}

/** The upstream is down for five seconds. */
async function outage({ members, upstream }: Stage): Promise<Row[]> {
  await members.seen();
  upstream.count();
  upstream.isDown = true;
  await pause(5000);
  const { fleet, alone } = { ...upstream.requests };
  upstream.isDown = false;
  const [together, apart] = await closed(members);
  const fault = 'upstream down for 5 s';
  return [
    { fault, measure: 'requests into the outage', fleet: whole(fleet), alone: whole(alone) },
    { fault: '', measure: 'until all are closed again', fleet: ms(together), alone: ms(apart) },
  ];
}

/** The process that has the fleet's probe is killed. */
async function killedProbe({ members, upstream }: Stage): Promise<Row[]> {
  upstream.isDown = true;
  await members.untilBoth('open', 3000);
  upstream.isDown = false;
  upstream.isSilent = true;
  upstream.count();
  delete upstream.last.fleet;
  while (upstream.last.fleet === undefined) await pause(5);
  await members.kill(upstream.last.fleet);
  upstream.speak();
  const [together, apart] = await closed(members);
  return [
    { fault: "probe's owner killed", measure: 'until the others are closed', fleet: ms(together), alone: ms(apart) },
  ];
}

/** The store hangs, and the upstream goes down for two seconds meanwhile. */
async function hungStore({ members, upstream, store }: Stage): Promise<Row[]> {
  if (!store) return [{ fault: 'store hangs', measure: 'only with the store of the drill', fleet: '', alone: '' }];
  await members.seen();
  store.hang();
  await pause(300);
  upstream.count();
  upstream.isDown = true;
  await pause(2000);
  const { fleet, alone } = { ...upstream.requests };
  upstream.isDown = false;
  const [together, apart] = await closed(members);
  const waits = (await members.seen()).map(({ longestRejectionMs }) => longestRejectionMs);
  store.resume();
  await pause(1500);
  const after = await members.seen();
  const reopened = after.filter(({ states }) => states.fleet !== 'closed').length;
  const fault = 'store hangs, upstream down for 2 s';
  return [
    { fault, measure: 'requests into the outage', fleet: whole(fleet), alone: whole(alone) },
    { fault: '', measure: 'until all are closed again', fleet: ms(together), alone: ms(apart) },
    { fault: '', measure: 'longest rejection', fleet: ms(Math.max(...waits)), alone: '' },
    { fault: '', measure: 'opened by late votes', fleet: whole(reopened), alone: '' },
  ];
}

/** The upstream fails for one process alone. */
async function badMember({ members, upstream }: Stage): Promise<Row[]> {
  // The store is found again within a few seconds.
  await pause(2000);
  const bad = members.except('')[0] as string;
  const good = members.except(bad);
  await members.seen();
  upstream.bad = bad;
  await pause(3000);
  const seen = await members.seen(good);
  upstream.bad = undefined;
  const [answered, rejected, failed] = [sum(seen, 'answered'), sum(seen, 'rejected'), sum(seen, 'failed')];
  const share = (side: Side): string =>
    `${Math.round((100 * answered[side]) / (answered[side] + rejected[side] + failed[side]))} %`;
  return [
    {
      fault: 'one process is bad',
      measure: 'calls of the others answered',
      fleet: share('fleet'),
      alone: share('alone'),
    },
  ];
}

/** Every process wants more than all of them together may have. */
async function sharedLimit({ members }: Stage): Promise<Row[]> {
  const spent = await members.spend(2000);
  const rate = (side: Side): string => whole(spent.reduce((sum, one) => sum + one[side], 0) / 2);
  return [
    {
      fault: `limit of ${LIMIT} requests a second`,
      measure: 'requests that pass a second',
      fleet: rate('fleet'),
      alone: rate('alone'),
    },
  ];
}

/** How long it takes until all circuits of each side are closed. */
function closed(members: Members): Promise<[number, number]> {
  return members.untilBoth('closed', CLOSED_WITHIN_MS);
}

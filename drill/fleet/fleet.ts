import { say } from '#lib/cli/terminal/output.js';
import { table } from '#lib/cli/terminal/table.js';
import { wrap } from '#lib/cli/terminal/wrap.js';
import { startFleetStore, type TestFleetStore } from 'holdfast/testing';
import { Members, pause, sum } from './members.js';
import { Upstream } from './upstream.js';

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
  const intro =
    'call one upstream ten times a second each, through a circuit of the fleet and through one that acts alone.';
  say(wrap(`${PROCESSES} processes ${intro}`));
  await members.start(PROCESSES, store, await upstream.start());
  await pause(1500);
  const rows: Row[] = [];
  for (const fault of [outage, killedProbe, hungStore, badMember]) {
    if (signal.aborted) return;
    rows.push(...(await fault(stage)));
  }
  say(drawn(rows));
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
  const share = (side: 'fleet' | 'alone'): string =>
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

/** How long it takes until all circuits of each side are closed. */
function closed(members: Members): Promise<[number, number]> {
  return members.untilBoth('closed', CLOSED_WITHIN_MS);
}

// What a call costs in a process that is a member of a fleet, beside one through the same policy that takes no part: alone
// in a process, with a store of its own.
import { createClient } from 'redis';
import { connectFleet } from '../../../dist/fleet/index.js';
import { CircuitProtected, configure, RateLimited } from '../../../dist/index.js';
import { startFleetStore } from '../../../dist/testing/index.js';
import { allocatedPerCall } from '../allocated.js';
import { measure, median, ratio } from '../measure.js';

configure({ settings: { log: { level: 'silent' } } });

/** The same, but for what the engine makes of two callers of one function. */
const MOST = 1.1;
/** Less than any object has. */
const MOST_BYTES = 8;
const POLICIES = ['@CircuitProtected', '@RateLimited'];
const inFleet = (policy) => `${policy}, in the fleet`;
const apart = (policy) => `${policy}, \`fleet: 'off'\``;

const ask = async (question) => question;
const limit = { limit: 1_000_000_000, per: '1s', burst: 1_000_000_000 };

/** In a process of its own. */
export async function work({ rounds, isReversed }) {
  const store = await startFleetStore();
  // No turn comes while it is measured, so that every operation of the store would be one of a call.
  await connectFleet(createClient({ url: store.url }), { name: 'bench', sync: '1h', timeout: '5s', trust: '0s' });
  const named = {
    [inFleet(POLICIES[0])]: CircuitProtected({ circuit: 'in' })(ask),
    [apart(POLICIES[0])]: CircuitProtected({ circuit: 'out', fleet: 'off' })(ask),
    [inFleet(POLICIES[1])]: RateLimited({ limiter: 'in', ...limit })(ask),
    [apart(POLICIES[1])]: RateLimited({ limiter: 'out', ...limit, fleet: 'off' })(ask),
  };
  const subjects = isReversed ? Object.fromEntries(Object.entries(named).reverse()) : named;
  for (const call of Object.values(subjects)) await call('question');
  // The first call of each has counted this process in.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = store.commands;
  const times = await measure(subjects, rounds);
  const bytes = {};
  for (const [name, one] of Object.entries(subjects)) bytes[name] = await allocatedPerCall(one, median(times[name]));
  return { times, bytes, counts: { commands: store.commands - before } };
}

/** @param {import('../run.js').Bench} bench */
export async function fleet({ child, rounds }) {
  // The engine favours whoever comes first.
  const runs = [];
  for (const isReversed of [false, true]) runs.push(await child('fleet', { rounds, isReversed }));
  const [{ times, bytes }, reversed] = runs;
  for (const [name, more] of Object.entries(reversed.times)) times[name].push(...more);
  const commands = runs.reduce((sum, { counts }) => sum + counts.commands, 0);
  const ratios = POLICIES.map((policy) => ratio(times, inFleet(policy), apart(policy)));
  const more = POLICIES.map((policy) => bytes[inFleet(policy)] - bytes[apart(policy)]);
  const dearest = Math.max(...ratios);
  return {
    tables: [
      {
        title: 'In a fleet',
        note: 'A call while all is well, in a process that is a member of a fleet.',
        head: ['', 'ns a call', 'bytes a call'],
        rows: Object.keys(times).map((name) => [name, median(times[name]).toFixed(0), bytes[name].toFixed(0)]),
      },
    ],
    marks: [
      [
        `a call in a fleet: at most ${MOST} × one that takes no part`,
        { value: `${dearest.toFixed(2)} ×`, reached: dearest <= MOST },
      ],
      [
        'a call in a fleet: no byte more',
        { value: `${Math.max(...more).toFixed(0)} bytes`, reached: Math.max(...more) < MOST_BYTES },
      ],
      ['calls in a fleet: no command of the store', { value: `${commands} commands`, reached: commands === 0 }],
    ],
  };
}

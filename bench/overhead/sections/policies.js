// What each policy costs that is not acting, alone and over both decorators: each stack in a process of its own, for in
// one process each would make the others slower. How much is said by the last rows: the engine inlines what it has seen
// do one thing only, and in a process with many different stacks that is less; and where `currentSignal()` may be asked
// anywhere, Node follows every promise of the process.
import { allocatedPerCall } from '../allocated.js';
import { measure, median, newLoop, ratio, surplus } from '../measure.js';
import { byHand } from '../subjects/by-hand.js';
import { decorated, STACKS } from '../subjects/holdfast.js';

const BOTH = 'both decorators';
/** What else runs in the process. */
const COMPANY = {
  'both, among many other stacks': Object.keys(STACKS).filter((name) => !hasLimit(name)),
  'both, with time limits elsewhere': ['@TimeLimited'],
};
/** A policy that is added and does not act may cost so much; a limit that has room counts each call. */
const MOST_NS = 150;
const MOST_WITH_ROOM_NS = 250;
const WITH_ROOM = 'both and @RateLimited';

/** In a process of its own. */
export async function work({ name, rounds }) {
  const answer = async (question) => question;
  const company = COMPANY[name];
  for (const other of company ?? []) await warmUp(other);
  const service = decorated(answer, STACKS[company ? BOTH : name]());
  const hand = await byHand.protect(answer);
  const call = () => service.ask('question');
  const subjects = {
    bare: () => answer('question'),
    hand: () => hand('question'),
    stack: call,
  };
  const times = await measure(subjects, rounds);
  return { times, bytes: { stack: await allocatedPerCall(call, median(times.stack)) } };
}

async function warmUp(name) {
  const service = decorated(async (question) => question, STACKS[name]());
  await newLoop()(() => service.ask('question'), 5000);
}

function hasLimit(name) {
  return /@TimeLimited|@Hedged/.test(name);
}

/** @param {import('../run.js').Bench} bench */
export async function policies({ children, rounds }) {
  const found = new Map();
  for (const name of [...Object.keys(STACKS), ...Object.keys(COMPANY)]) {
    found.set(name, await children('policies', { name, rounds }));
  }
  const over = ({ times }) => surplus(times, 'stack', 'bare');
  const both = over(found.get(BOTH));
  const isAdded = (name) => STACKS[name] !== undefined && name.startsWith('both') && name !== BOTH;
  const rows = [...found].map(([name, one]) => [
    name,
    median(one.times.bare).toFixed(0),
    over(one).toFixed(0),
    ratio(one.times, 'stack', 'hand').toFixed(2),
    isAdded(name) ? (over(one) - both).toFixed(0) : '',
    one.bytes.stack.toFixed(0),
  ]);
  const dearest = (names) => Math.max(...names.map((name) => over(found.get(name)) - both));
  const added = Object.keys(STACKS).filter(isAdded);
  const mark = (what, names, mostNs = MOST_NS) => {
    const most = dearest(names);
    return [`${what}: at most ${mostNs} ns`, { value: `${most.toFixed(0)} ns`, reached: most <= mostNs }];
  };
  return {
    tables: [
      {
        title: 'Policies that are not acting',
        note: 'Nanoseconds. Each stack in a process of its own; in those of the last two rows other stacks have run as well.',
        head: ['', 'bare call', 'over it', '× hand-written loop', 'over both', 'bytes a call'],
        rows,
      },
    ],
    marks: [
      mark(
        'a policy or rule more that is not acting, windows and slow calls included',
        added.filter((name) => !hasLimit(name) && name !== WITH_ROOM),
      ),
      mark('a rate limit with room', [WITH_ROOM], MOST_WITH_ROOM_NS),
    ],
  };
}

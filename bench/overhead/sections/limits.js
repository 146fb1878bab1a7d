// What a time limit and a hedge cost that do not act, beside a timer and a signal by hand: each in a process of its own.
import { currentSignal, Hedged, RetryOnTransient, TimeLimited } from '../../../dist/index.js';
import { measure, median, ratio } from '../measure.js';

const AT_A_TIME = 100;
const MOST = { limit: 1.3, hedge: 1.4, learning: 1.5 };
const LEARNING = '@Hedged, after a percentile';

const ask = async (question) => question;
const askWithSignal = async (question) => ask(question, currentSignal());

/** Those that ask for the signal are compared with a hand that does: asked for, Node builds it. */
const KINDS = {
  '@TimeLimited': { call: TimeLimited('20s')(ask), hand: byHand },
  '@Hedged': { call: Hedged({ after: '20s' })(ask), hand: byHand },
  [LEARNING]: { call: Hedged({ after: 'p99' })(ask), hand: byHand },
  '@TimeLimited, signal used': { call: TimeLimited('20s')(askWithSignal), hand: byHandWithSignal },
  '@Hedged, signal used': { call: Hedged({ after: '20s' })(askWithSignal), hand: byHandWithSignal },
  '@TimeLimited at both ends of a retry': {
    call: TimeLimited('20s')(RetryOnTransient()(TimeLimited('5s')(ask))),
    hand: byHand,
    isMore: true,
  },
};

async function byHand(question) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 20_000);
  try {
    return await ask(question);
  } finally {
    clearTimeout(timer);
  }
}

async function byHandWithSignal(question) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 20_000);
  try {
    return await ask(question, controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

const together = (call) => () => Promise.all(Array.from({ length: AT_A_TIME }, () => call('question')));

/** In a process of its own. */
export async function work({ kind, isTogether, rounds }) {
  const { call, hand } = KINDS[kind];
  const spread = isTogether ? together : (one) => () => one('question');
  return { times: await measure({ hand: spread(hand), stack: spread(call) }, rounds), bytes: {} };
}

/** @param {import('../run.js').Bench} bench */
export async function limits({ children, rounds }) {
  const found = [];
  for (const kind of Object.keys(KINDS)) {
    const [one, many] = [
      await children('limits', { kind, isTogether: false, rounds }),
      await children('limits', { kind, isTogether: true, rounds }),
    ];
    const [alone, beside] = [one, many].map(({ times }) => ratio(times, 'stack', 'hand'));
    found.push({ kind, ns: median(one.times.stack), alone, beside });
  }
  const mark = (what, most, isMeant) => {
    const dearest = Math.max(
      ...found.filter(({ kind }) => isMeant(kind)).flatMap(({ alone, beside }) => [alone, beside]),
    );
    return [
      `${what}: at most ${most} × a timer and a signal by hand`,
      { value: `${dearest.toFixed(2)} ×`, reached: dearest <= most },
    ];
  };
  const isLearning = (kind) => kind === LEARNING;
  return {
    tables: [
      {
        title: 'Time limits and hedges that are not acting',
        note: `Beside \`setTimeout\`, \`clearTimeout\` and an \`AbortController\` by hand, one call after the other and ${AT_A_TIME} at a time.`,
        head: ['', 'ns a call', '× by hand', `× by hand, ${AT_A_TIME} at a time`],
        rows: found.map(({ kind, ns, alone, beside }) => [kind, ns.toFixed(0), alone.toFixed(2), beside.toFixed(2)]),
      },
    ],
    marks: [
      mark('a time limit', MOST.limit, (kind) => kind.startsWith('@TimeLimited') && !KINDS[kind].isMore),
      mark('a hedge', MOST.hedge, (kind) => kind.startsWith('@Hedged') && !isLearning(kind)),
      mark('a hedge that learns its delay', MOST.learning, isLearning),
    ],
  };
}

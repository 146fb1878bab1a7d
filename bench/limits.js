// What a time limit and a hedge cost while they do not act: `node bench/limits.js`, beside the same thing by hand.
import { configure, currentSignal, Hedged, RetryOnTransient, TimeLimited } from '../dist/index.js';
import { measure, median, ratio } from './measure.js';

configure({ settings: { log: { level: 'silent' } } });

const AT_A_TIME = 100;

const ask = async (question) => question;
const askWithSignal = async (question) => ask(question, currentSignal());

/** The loop body that one writes by hand. */
async function byHand(question) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 20_000);
  try {
    return await ask(question);
  } finally {
    clearTimeout(timer);
  }
}

/** The same where the signal is asked for, which is what makes Node build it. */
async function byHandWithSignal(question) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 20_000);
  try {
    return await ask(question, controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

const HAND = 'by hand';
const HAND_SIGNAL = 'by hand, signal used';

/** What is measured, and against what. */
const subjects = new Map([
  ['bare call', { call: ask, base: HAND }],
  [HAND, { call: byHand, base: HAND }],
  ['@TimeLimited', { call: TimeLimited('20s')(ask), base: HAND }],
  ['@TimeLimited at both ends', { call: TimeLimited('20s')(RetryOnTransient()(TimeLimited('5s')(ask))), base: HAND }],
  ['@Hedged', { call: Hedged({ after: '20s' })(ask), base: HAND }],
  ['@Hedged, a percentile', { call: Hedged({ after: 'p99' })(ask), base: HAND }],
  [HAND_SIGNAL, { call: byHandWithSignal, base: HAND_SIGNAL }],
  ['@TimeLimited, signal used', { call: TimeLimited('20s')(askWithSignal), base: HAND_SIGNAL }],
  ['@Hedged, signal used', { call: Hedged({ after: '20s' })(askWithSignal), base: HAND_SIGNAL }],
]);

const oneByOne = (call) => () => call('question');
const together = (call) => () => Promise.all(Array.from({ length: AT_A_TIME }, () => call('question')));

/** Short rounds, and many of them: whatever else the machine does hits few. */
async function compare(title, spread, calls, perCall) {
  const spreads = Object.fromEntries([...subjects].map(([name, { call }]) => [name, spread(call)]));
  const times = await measure(spreads, { rounds: 200, calls });
  console.log(title);
  for (const [name, { base }] of subjects) {
    const ns = (median(times[name]) / perCall).toFixed(0);
    console.log(`${name.padEnd(26)}${ns.padStart(6)} ns   ${ratio(times, name, base).toFixed(2)} x ${base}`);
  }
}

await compare('One after the other', oneByOne, 1000, 1);
await compare(`\n${AT_A_TIME} at a time`, together, 10, AT_A_TIME);

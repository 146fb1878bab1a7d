import { spread } from './figures.js';
import { PARTIAL } from './scenario.js';

/** What holdfast is to reach, by its medians; where something is said of every replay, by all of them. */
const LEAST_SHARES = { lost: 0.992, refused: 0.992, held: 0.975 };
const MOST_REQUESTS = 2;
/** By chance the same replay may go a little differently. */
const NO_WORSE = 0.99;
const SLACK_MS = 1000;

/**
 * @param {readonly import('./tables.js').Row[]} rows
 * @param {{ recoveryMs: number }} limits
 * @returns {readonly { text: string, isReached: boolean }[]} nothing where holdfast or the oracle did not take part
 */
export function marks(rows, { recoveryMs }, outage) {
  if (PARTIAL.includes(outage)) return marksOfPartial(rows);
  const figuresOf = (id) => rows.find(({ client }) => client.id === id)?.figures;
  const [ours, oracles] = [figuresOf('holdfast'), figuresOf('oracle')];
  if (!ours || !oracles) return [];
  const peers = rows.filter(({ client }) => /^(sdk|cockatiel|opossum)/.test(client.id));
  const share = (figures, name) => median(figures.map((each, seed) => each[name] / oracles[seed].useful));
  const of = (figures, name) => median(figures.map((each) => each[name]));
  const isBetter = ({ figures }) =>
    share(figures, 'useful') > share(ours, 'useful') &&
    ['intoOutage', 'outageP99'].every((name) => of(figures, name) < of(ours, name));
  const least = LEAST_SHARES[outage];
  const mostMs = recoveryMs + SLACK_MS;
  const slowest = Math.max(...ours.map(({ fullAfterMs }) => fullAfterMs));
  return [
    {
      text: `useful answers: at least ${percent(least)} of the oracle's`,
      isReached: share(ours, 'useful') >= least,
    },
    {
      text: 'no other library is better in useful answers, in requests and in the time until the caller knows',
      isReached: !peers.some(isBetter),
    },
    {
      text: `requests into the outage: at most ${MOST_REQUESTS} × what comes before the first attempt can have timed out`,
      isReached: median(ours.map(({ intoOutage, unavoidable }) => intoOutage / unavoidable)) <= MOST_REQUESTS,
    },
    { text: `full goodput at most ${mostMs / 1000} s after the outage, in every replay`, isReached: slowest <= mostMs },
    { text: 'no collapse that outlives its cause, in any replay', isReached: slowest < Number.POSITIVE_INFINITY },
  ];
}

/** Some requests are answered: the circuit must not cost more than it saves. */
function marksOfPartial(rows) {
  const [ours, without] = ['holdfast', 'holdfast-without-circuit'].map(
    (id) => rows.find(({ client }) => client.id === id)?.figures,
  );
  if (!ours || !without) return [];
  const median = (figures, name) => spread(figures.map((each) => each[name])).median;
  return [
    {
      text: `useful answers: at least ${percent(NO_WORSE)} of those without a circuit`,
      isReached: median(ours, 'useful') >= NO_WORSE * median(without, 'useful'),
    },
    {
      text: 'requests into the outage: no more than without a circuit',
      isReached: median(ours, 'intoOutage') <= median(without, 'intoOutage'),
    },
    {
      text: 'no collapse that outlives its cause, in any replay',
      isReached: ours.every(({ fullAfterMs }) => fullAfterMs < Number.POSITIVE_INFINITY),
    },
  ];
}

const median = (values) => spread(values).median;
const percent = (value) => `${value * 100} %`;

import { spread } from './figures.js';
import { PARTIAL } from './scenario.js';

/** What holdfast is to reach, by its medians; where something is said of every replay, by all of them. */
const LEAST_SHARE = 0.985;
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
  const best = (name) => Math.max(0, ...peers.map(({ figures }) => share(figures, name)));
  const mostMs = recoveryMs + SLACK_MS;
  const slowest = Math.max(...ours.map(({ fullAfterMs }) => fullAfterMs));
  return [
    {
      text: `useful answers: at least ${percent(LEAST_SHARE)} of the oracle's`,
      isReached: share(ours, 'useful') >= LEAST_SHARE,
    },
    {
      text: 'useful answers: above those of every other library',
      isReached: share(ours, 'useful') > best('useful'),
    },
    {
      text: 'the same without calls that were made in the outage',
      isReached: share(ours, 'usefulOutsideOutage') > best('usefulOutsideOutage'),
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

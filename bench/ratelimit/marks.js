import { spread } from '../outage/figures.js';
import { sharesOf } from './tables.js';

/** What holdfast is to reach by its medians: useful answers of what is allowed, and refused requests of those it sent. */
const WITH_HINTS = { useful: 0.98, refused: 0.03 };
const WITHOUT = {
  bucket: { useful: 0.98, refused: 0.02 },
  counting: { useful: 0.96, refused: 0.02 },
  'window-10s': { useful: 0.92, refused: 0.06 },
  'window-60s': { useful: 0.92, refused: 0.06 },
};

/**
 * @param {import('./tables.js').Section} section
 * @returns {readonly { text: string, isReached: boolean }[]} nothing where holdfast or the oracle did not take part
 */
export function marks({ scenario, rows }) {
  const ours = rows.find(({ client }) => client.id === 'holdfast')?.figures;
  const shares = ours && sharesOf(rows, ours);
  if (!shares) return [];
  const { useful, refused } = scenario.hint === 'none' ? WITHOUT[scenario.upstream] : WITH_HINTS;
  const perRequest = (figures) => median(figures.map(({ usefulPerRequest }) => usefulPerRequest));
  const peers = rows.filter(({ client }) => !/^(holdfast|oracle)/.test(client.id));
  const best = Math.max(0, ...peers.map(({ figures }) => perRequest(figures)));
  return [
    { text: `useful answers: at least ${useful * 100} % of what is allowed`, isReached: median(shares) >= useful },
    {
      text: `requests that are refused: at most ${refused * 100} %`,
      isReached: median(ours.map(({ refusedShare }) => refusedShare)) <= refused,
    },
    { text: 'useful answers for each request: above those of every peer', isReached: perRequest(ours) > best },
    {
      text: 'no request earlier than a hint asked for, in any replay',
      isReached: ours.every(({ earlyBy }) => earlyBy === 0),
    },
  ];
}

const median = (values) => spread(values).median;

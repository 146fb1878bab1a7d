// What the shop calls: three services that are healthy, then in trouble, then recovering.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that an answer takes, and the share of answers that are a 503, by phase. */
const PAYMENTS = {
  healthy: { ms: 30, failing: 0.02 },
  outage: { ms: 5, failing: 1 },
  recovery: { ms: 60, failing: 0.05 },
};
const SEARCH = { healthy: 25, outage: 2000, recovery: 30 };
/** Requests a second that are answered; the others get a 429. */
const RECOMMENDATIONS = { healthy: 40, outage: 13, recovery: 40 };
/** A few answers of the search are slow without a reason, as in most systems. */
const SLOW = { share: 0.03, ms: 300 };

/** @returns {Promise<{ url: string, enter: (phase: 'healthy' | 'outage' | 'recovery') => void, close: () => void }>} */
export async function startUpstream() {
  let phase = 'healthy';
  let recent = [];
  const answers = {
    '/payments': async () => {
      const { ms, failing } = PAYMENTS[phase];
      await sleep(around(ms));
      return Math.random() < failing ? [503] : [200];
    },
    '/search': async () => {
      await sleep(around(Math.random() < SLOW.share ? SLOW.ms : SEARCH[phase]));
      return [200];
    },
    '/recommendations': async () => {
      const now = performance.now();
      recent = [...recent.filter((at) => at > now - 1000), now];
      if (recent.length > RECOMMENDATIONS[phase]) return [429, { 'retry-after': '2' }];
      await sleep(around(40));
      return [200];
    },
  };
  const server = createServer(({ url }, response) => {
    void answers[url]().then(([status, headers]) => response.writeHead(status, headers).end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    enter: (next) => void (phase = next),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function around(ms) {
  return ms * (0.6 + 0.8 * Math.random());
}

// One instance of a small shop, in a process of its own: calls its upstream until the parent has gone, and serves its metrics.
import { createServer } from 'node:http';
import { createClient } from 'redis';
import { connectFleet } from '../../dist/fleet/index.js';
import {
  CircuitProtected,
  ConcurrencyLimited,
  configure,
  currentSignal,
  Hedged,
  RateLimited,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '../../dist/index.js';
import { metricsText } from '../../dist/prometheus/index.js';

const [, , upstream, store] = process.argv;

configure({ settings: { log: { level: 'silent' }, retry: { minWait: '50ms', maxWait: '400ms' } } });
await connectFleet(createClient({ url: store }), { name: 'shop', sync: '5s' });

const charge = CircuitProtected({ circuit: 'payments', recoveryTimeout: '8s' })(
  RetryOnTransient()(async function charge() {
    await ask('/payments');
  }),
);
const find = CircuitProtected({
  ...{ circuit: 'search', failureRate: 0.5, window: '10s', recoveryTimeout: '6s', fallback: [] },
})(
  TimeLimited('900ms')(
    Hedged({ after: '150ms' })(
      ConcurrencyLimited({ limit: 8, queue: 8 })(async function find() {
        await ask('/search');
      }),
    ),
  ),
);
const recommend = RespectRateLimit({ gate: 'recommendations', maxWait: '3s' })(async function recommend() {
  await ask('/recommendations');
});
const mail = RateLimited({ limiter: 'mail', limit: 18, per: '1s', burst: 4, maxWait: '400ms' })(
  ConcurrencyLimited({ bulkhead: 'mail server', limit: 3, queue: 10 })(async function mail() {
    await new Promise((resolve) => setTimeout(resolve, 300 * Math.random()));
  }),
);

callEach(charge, 8);
callEach(find, 14);
callEach(recommend, 5);
callEach(mail, 5);

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metricsText());
});
server.listen(0, '127.0.0.1', () => process.send?.(`127.0.0.1:${server.address().port}`));
process.on('disconnect', () => process.exit());

async function ask(path) {
  const { status, headers } = await fetch(upstream + path, { signal: currentSignal() });
  if (status !== 200) throw Object.assign(new Error('refused'), { status, headers });
}

/** Calls arrive as customers do: at random moments, so many a second on average, whether or not others wait. */
function callEach(method, perSecond) {
  setTimeout(
    () => {
      void method().catch(() => undefined);
      callEach(method, perSecond);
    },
    (-Math.log(1 - Math.random()) * 1000) / perSecond,
  );
}

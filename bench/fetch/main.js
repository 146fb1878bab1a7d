// What resilientFetch adds to a bare fetch to the loopback: `node bench/fetch/main.js`. Calls of both take turns, in one
// process, and the median of their differences is what counts: a request to the loopback varies by much more than that.
import { createServer } from 'node:http';
import { configure } from '../../dist/index.js';
import { resilientFetch } from '../../dist/fetch/index.js';

const PAIRS = 20_000;
const WARM_UP = 2_000;

configure({ settings: { log: { level: 'silent' } } });
const server = createServer((_request, response) => response.end('ok'));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}/`;
const resilient = resilientFetch();

async function timed(send) {
  const since = process.hrtime.bigint();
  const response = await send(url);
  await response.text();
  return Number(process.hrtime.bigint() - since) / 1000;
}

const bare = [];
const protectedOnes = [];
const differences = [];
for (let at = 0; at < WARM_UP + PAIRS; at++) {
  const isFirst = at % 2 === 0;
  const first = await timed(isFirst ? fetch : resilient);
  const second = await timed(isFirst ? resilient : fetch);
  if (at < WARM_UP) continue;
  bare.push(isFirst ? first : second);
  protectedOnes.push(isFirst ? second : first);
  differences.push(isFirst ? second - first : first - second);
}
server.closeAllConnections();
server.close();

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
console.log(
  `bare ${median(bare).toFixed(1)} µs, resilientFetch ${median(protectedOnes).toFixed(1)} µs, ` +
    `median of ${PAIRS} differences ${median(differences).toFixed(1)} µs`,
);

import { once } from 'node:events';
import { createServer } from 'node:http';
import { bodyOf, HEADERS } from './bodies.js';
import { play, upstreamFor } from './replay.js';
import { arrivals } from './scenario.js';

/**
 * Some clients at the same time, over real sockets and in real time, each with a server of its own.
 *
 * @param {readonly ((world: object) => object)[]} makes
 * @param {import('./scenario.js').Scenario} scenario
 * @param {AbortSignal} signal
 * @returns {Promise<readonly import('./replay.js').Replayed[]>}
 */
export async function replayOverSockets(makes, scenario, seed, signal) {
  const moments = arrivals(scenario, seed);
  const servers = await Promise.all(makes.map(() => listen()));
  try {
    return await Promise.all(
      servers.map(async ({ server, baseURL }, at) => {
        const upstream = upstreamFor(scenario, seed);
        server.on('request', (asked, response) => serve(upstream, asked, response));
        const { limits } = scenario;
        const client = makes[at]({ limits, baseURL, exchange: exchangeWith(baseURL), isOut: () => upstream.isOut });
        try {
          return { calls: await play(client, moments, signal), requests: upstream.requests };
        } finally {
          client.close?.();
          upstream.close();
        }
      }),
    );
  } finally {
    for (const { server } of servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}

async function listen() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, baseURL: `http://127.0.0.1:${server.address().port}/v1` };
}

function serve(upstream, asked, response) {
  asked.resume();
  const request = upstream.arrive((status) => response.writeHead(status, HEADERS).end(bodyOf(status)));
  response.on('close', () => {
    if (!response.writableFinished) request.isAwaited = false;
  });
}

/** One request: resolves with its status. */
function exchangeWith(baseURL) {
  return async (signal) => {
    const answer = await fetch(`${baseURL}/chat/completions`, { method: 'POST', body: '{}', signal });
    await answer.arrayBuffer();
    return answer.status;
  };
}

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNode } from '../../dashboard/node.js';
import { rulesOf } from '../../dashboard/options.js';
import { page } from '../../dashboard/page/page.js';
import { HEADERS, isSameOrigin, noAccess, refuse, wrongMethod } from '../../dashboard/responses.js';
import { Viewer } from '../../dashboard/viewer.js';
import { say } from '../terminal/output.js';
import { moveAll } from './move.js';
import { follow, type Remote, remoteAt } from './remote.js';

/** Serves one page for several processes on 127.0.0.1, until the signal aborts. */
export async function watch(addresses: readonly string[], port: number, signal: AbortSignal): Promise<void> {
  const remotes = addresses.map(remoteAt);
  const token = randomBytes(24).toString('base64url');
  const server = createServer(toNode(handlerFor(remotes, token)));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: actualPort } = server.address() as AddressInfo;
  say(`http://127.0.0.1:${actualPort}/#${token}`);
  say(`shows ${remotes.map(({ base }) => base).join(', ')}; Ctrl-C ends it`);
  if (!signal.aborted) await once(signal, 'abort');
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

/** Serves the page, the messages of all processes in one stream, and moves of circuits in all of them. */
export function handlerFor(remotes: readonly Remote[], token: string): (request: Request) => Promise<Response> {
  const rules = rulesOf({ token, control: true });
  return async (request) => {
    const { hostname, pathname } = new URL(request.url);
    if (!rules.hosts.includes(hostname)) return refuse(421, 'this host is not served here');
    const isGet = request.method === 'GET';
    if (pathname === '/') return isGet ? page(rules) : wrongMethod('GET');
    if (!pathname.startsWith('/api/')) return refuse(404, 'not found');
    if (!(await rules.isAllowed(request))) return noAccess();
    if (pathname === '/api/events') return isGet ? merged(remotes, request.signal) : wrongMethod('GET');
    if (!/^\/api\/circuits\/[^/]+\/(isolate|reset)$/.test(pathname)) return refuse(404, 'not found');
    if (request.method !== 'POST') return wrongMethod('POST');
    return isSameOrigin(request) ? moveAll(remotes, pathname, request) : refuse(403, 'not allowed');
  };
}

function merged(remotes: readonly Remote[], signal: AbortSignal): Response {
  const readerLeft = new AbortController();
  const leave = (): void => readerLeft.abort();
  signal.addEventListener('abort', leave, { once: true });
  const encoder = new TextEncoder();
  const away = new Set<string>();
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const viewer = new Viewer(controller);
        const send = (message: string): void => {
          if (readerLeft.signal.aborted || viewer.event(encoder.encode(message))) return;
          leave();
          viewer.drop();
        };
        for (const remote of remotes)
          void follow(remote, readerLeft.signal, send, (isThere) => {
            const isNews = isThere ? away.delete(remote.base) : !away.has(remote.base);
            if (!isThere) away.add(remote.base);
            if (isNews) send(`event: away\ndata: ${JSON.stringify([...away])}\n\n`);
          });
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { ...HEADERS, 'content-type': 'text/event-stream' } });
}

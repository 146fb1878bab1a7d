import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNode } from '../../dashboard/node.js';
import { rulesOf } from '../../dashboard/options.js';
import { page } from '../../dashboard/page/page.js';
import { say } from '../terminal/output.js';
import { follow, type Remote, remoteAt } from './remote.js';

/** Serves one page for several processes on this machine, until the signal aborts. */
export async function watch(addresses: readonly string[], port: number, signal: AbortSignal): Promise<void> {
  const remotes = addresses.map(remoteAt);
  const token = randomBytes(24).toString('base64url');
  const server = createServer(toNode(handlerFor(remotes, token)));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  say(`http://127.0.0.1:${bound}/#${token}`);
  say(`shows ${remotes.map(({ shown }) => shown).join(', ')}; Ctrl-C ends it`);
  if (!signal.aborted) await once(signal, 'abort');
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

/** The page, and the messages of all processes in one stream. Moves no circuit. */
export function handlerFor(remotes: readonly Remote[], token: string): (request: Request) => Promise<Response> {
  const rules = rulesOf({ token });
  return async (request) => {
    const { hostname, pathname } = new URL(request.url);
    if (!rules.hosts.includes(hostname)) return refuse(421);
    if (request.method !== 'GET') return refuse(405);
    if (pathname === '/') return page(rules);
    if (pathname !== '/api/events') return refuse(404);
    return (await rules.isAllowed(request)) ? merged(remotes, request.signal) : refuse(401);
  };
}

function merged(remotes: readonly Remote[], signal: AbortSignal): Response {
  const left = new AbortController();
  const leave = (): void => left.abort();
  signal.addEventListener('abort', leave, { once: true });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const send = (message: string): void => {
        if (!left.signal.aborted) controller.enqueue(encoder.encode(message));
      };
      for (const remote of remotes) void follow(remote, left.signal, send);
    },
    cancel: leave,
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: { 'cache-control': 'no-store' } });
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A handler of node:http, Express, and, with `reply.raw` and `reply.hijack()`, of Fastify. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Lets a handler of web-standard requests answer requests of Node. */
export function toNode(handler: (request: Request) => Response | Promise<Response>): NodeHandler {
  return (request, response) => {
    void serve(handler, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
}

async function serve(
  handler: (request: Request) => Response | Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const request = requestOf(incoming, gone.signal);
  if (!request) {
    outgoing.writeHead(400).end();
    return;
  }
  const { status, headers, body } = await handler(request);
  outgoing.writeHead(status, Object.fromEntries(headers));
  outgoing.flushHeaders();
  // A reader that left, or a body that ends in an error, ends the connection.
  if (body && incoming.method !== 'HEAD') await pipeline(Readable.fromWeb(body), outgoing);
  else outgoing.end();
}

/** Undefined for one that is no request of the web. */
function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = 'GET', headers } = incoming;
  // Express takes off the path that it is mounted at.
  const { originalUrl, body: parsed } = incoming as { readonly originalUrl?: string; readonly body?: unknown };
  const path = originalUrl ?? incoming.url ?? '/';
  try {
    const scheme = 'encrypted' in incoming.socket ? 'https' : 'http';
    const url = new URL(`${scheme}://${headers.host ?? ''}${path.startsWith('/') ? path : '/'}`);
    const given = Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    );
    const hasBody = method !== 'GET' && method !== 'HEAD';
    // A parser may have read it already.
    const body = parsed === undefined ? Readable.toWeb(incoming) : JSON.stringify(parsed);
    return new Request(url, {
      ...{ method, signal, headers: given as [string, string][] },
      ...(hasBody && { body: body as NonNullable<RequestInit['body']>, duplex: 'half' }),
    });
  } catch {
    return undefined;
  }
}

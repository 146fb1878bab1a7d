import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A request handler for node:http and Express. For Fastify, use `reply.hijack()` and `reply.raw`. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Converts a handler of web-standard requests to a handler of Node requests. */
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
  // If the client disconnects or the body fails, `pipeline` ends the connection.
  if (body && incoming.method !== 'HEAD') await pipeline(Readable.fromWeb(body), outgoing);
  else outgoing.end();
}

/** Converts the request; undefined if it is not a valid web-standard request. */
function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = 'GET', headers } = incoming;
  // In `url`, Express removes the path of the mount point.
  const { originalUrl, body: parsed } = incoming as { readonly originalUrl?: string; readonly body?: unknown };
  const path = originalUrl ?? incoming.url ?? '/';
  try {
    const scheme = 'encrypted' in incoming.socket ? 'https' : 'http';
    const url = new URL(`${scheme}://${headers.host ?? ''}${path.startsWith('/') ? path : '/'}`);
    const given = Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    );
    const hasBody = method !== 'GET' && method !== 'HEAD';
    // A body parser may have read the body already.
    const body = parsed === undefined ? Readable.toWeb(incoming) : JSON.stringify(parsed);
    return new Request(url, {
      ...{ method, signal, headers: given as [string, string][] },
      ...(hasBody && { body: body as NonNullable<RequestInit['body']>, duplex: 'half' }),
    });
  } catch {
    return undefined;
  }
}

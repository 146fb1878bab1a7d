import { circuitOfDashboard, circuits } from '../runtime/handle.js';
import { type DashboardOptions, type Rules, rulesOf } from './options.js';
import { page } from './page/page.js';
import { Streams } from './streams.js';
import { stateOf } from './state.js';

const MAX_PATH = 2048;
const MAX_BODY = 4096;
const MAX_REASON = 200;

/**
 * A live view of this process: answers requests for the page and its data. Mount it with what speaks in web-standard
 * requests, or with `toNode`.
 * @throws {ConfigurationError} for options that are wrong, at once
 */
export function dashboard(options: DashboardOptions): (request: Request) => Promise<Response> {
  const rules = rulesOf(options);
  const streams = new Streams(() => stateOf(rules.keys));
  return async (request) => {
    try {
      return await answer(request, rules, streams);
    } catch {
      return refuse(500, 'internal error');
    }
  };
}

async function answer(request: Request, rules: Rules, streams: Streams): Promise<Response> {
  const { method, headers, url } = request;
  const { host, hostname, pathname, origin } = new URL(url);
  if (pathname.length > MAX_PATH) return refuse(404, 'not found');
  // A page elsewhere can make a browser ask this address by a name of its own (DNS rebinding).
  const asked = headers.get('host') ?? host;
  if (!rules.hosts.includes(hostname) || asked !== host) return refuse(421, 'this host is not served here');
  if (pathname !== rules.basePath && !pathname.startsWith(`${rules.basePath}/`)) return refuse(404, 'not found');
  const path = pathname.slice(rules.basePath.length) || '/';
  if (path === '/') return isGet(method) ? page(rules) : wrongMethod('GET');
  if (!path.startsWith('/api/')) return refuse(404, 'not found');
  if (!(await rules.isAllowed(request))) {
    const response = refuse(401, 'no access');
    response.headers.set('www-authenticate', 'Bearer');
    return response;
  }
  if (path === '/api/inspect') return isGet(method) ? json(stateOf(rules.keys)) : wrongMethod('GET');
  if (path === '/api/events') return isGet(method) ? streams.open(request.signal) : wrongMethod('GET');
  const [, name, move] = /^\/api\/circuits\/([^/]+)\/(isolate|reset)$/.exec(path) ?? [];
  if (name === undefined) return refuse(404, 'not found');
  if (method !== 'POST') return wrongMethod('POST');
  // Without an Origin it is no browser that is on this page; with another one it is another page.
  if (!rules.control || headers.get('origin') !== origin) return refuse(403, 'not allowed');
  return moveCircuit(request, name, move as 'isolate' | 'reset', rules);
}

async function moveCircuit(request: Request, encoded: string, move: 'isolate' | 'reset', { keys }: Rules) {
  const name = decoded(encoded);
  // Only what the dashboard shows can be moved.
  const isKnown = circuits().some((one) => name === one.circuit || (keys && name === one.name));
  if (name === undefined || !isKnown) return refuse(404, 'no such circuit');
  const handle = circuitOfDashboard(name);
  if (move === 'reset') handle.reset();
  else {
    const body = await bodyOf(request);
    if (body === undefined) return refuse(413, 'too long');
    handle.isolate(reasonIn(body));
  }
  return json({ circuit: name, state: handle.state });
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** The text of a body; undefined if it is too long. */
async function bodyOf({ body }: Request): Promise<string | undefined> {
  if (!body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > MAX_BODY) return undefined;
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text;
}

function reasonIn(body: string): string | undefined {
  try {
    const { reason } = JSON.parse(body) as { readonly reason?: unknown };
    return typeof reason === 'string' && reason !== '' ? reason.slice(0, MAX_REASON) : undefined;
  } catch {
    return undefined;
  }
}

function isGet(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: { ...HEADERS, 'content-type': 'application/json' } });
}

function refuse(status: number, why: string): Response {
  return new Response(`${why}\n`, { status, headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' } });
}

function wrongMethod(allow: string): Response {
  const response = refuse(405, 'wrong method');
  response.headers.set('allow', allow);
  return response;
}

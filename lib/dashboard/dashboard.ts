import { moveCircuit } from './moves.js';
import { type DashboardOptions, type Rules, rulesOf } from './options.js';
import { page } from './page/page.js';
import { isSameOrigin, json, noAccess, refuse, wrongMethod } from './responses.js';
import { fleetState, settingsNow, stateOf } from './state.js';
import { Streams } from './streams.js';

const MAX_PATH = 2048;

/**
 * Makes a handler for a live view of this process. It answers requests for the page and its data. Mount it in a server
 * that uses web-standard requests, or use `toNode`.
 * @throws {ConfigurationError} for invalid options
 */
export function dashboard(options: DashboardOptions): (request: Request) => Promise<Response> {
  const rules = rulesOf(options);
  const streams = new Streams((fleet, settings) => stateOf(rules.keys, fleet, settings));
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
  const { host, hostname, pathname } = new URL(url);
  if (pathname.length > MAX_PATH) return refuse(404, 'not found');
  // A page of another site can make the browser send requests to this address under its own name (DNS rebinding).
  const asked = headers.get('host')?.toLowerCase() ?? host;
  if (!rules.hosts.includes(hostname) || asked !== host) return refuse(421, 'this host is not served here');
  if (pathname !== rules.basePath && !pathname.startsWith(`${rules.basePath}/`)) return refuse(404, 'not found');
  const path = pathname.slice(rules.basePath.length) || '/';
  const isRead = method === 'GET' || method === 'HEAD';
  if (path === '/') return isRead ? page(rules) : wrongMethod('GET, HEAD');
  if (!path.startsWith('/api/')) return refuse(404, 'not found');
  if (!(await rules.isAllowed(request))) return noAccess();
  if (path === '/api/inspect')
    return isRead ? json(stateOf(rules.keys, await fleetState(), settingsNow())) : wrongMethod('GET, HEAD');
  if (path === '/api/events') return method === 'GET' ? streams.open(request.signal) : wrongMethod('GET');
  const [, name, move] = /^\/api\/circuits\/([^/]+)\/(isolate|reset)$/.exec(path) ?? [];
  if (name === undefined) return refuse(404, 'not found');
  if (method !== 'POST') return wrongMethod('POST');
  if (!rules.control || !isSameOrigin(request)) return refuse(403, 'not allowed');
  const response = await moveCircuit(request, name, move as 'isolate' | 'reset', rules.keys);
  await streams.askFleet();
  return response;
}

import createError from 'http-errors';
import OpenAI from 'openai';
import { CircuitProtected, ConcurrencyLimited, circuit, TimeLimited } from '#lib/index.js';
import { type FakeClock, startFaultServer } from '#lib/testing/index.js';
import { uniqueName } from '../../support/upstream.js';

/** What a route of the application under test does. */
export interface Failures {
  /** Each fails in its own way: with a real client at a real socket, or by holdfast's own refusal. */
  readonly routes: Readonly<Record<string, () => Promise<unknown>>>;
  close(): Promise<void>;
}

/** What an upstream quotes of the request, and what no client of ours may read. */
export const SECRET = 'sk-secret-and-what-was-asked';

export async function failures(clock: FakeClock): Promise<Failures> {
  const upstream = await startFaultServer();
  const client = new OpenAI({ apiKey: SECRET, baseURL: upstream.baseUrl, maxRetries: 0, logLevel: 'off' });
  const name = uniqueName();
  const open = CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '30s' })(async () => {
    throw Object.assign(new Error(SECRET), { status: 503 });
  });
  await open().catch(() => {});
  const isolatedName = uniqueName();
  const isolated = CircuitProtected(isolatedName)(async () => 'never');
  circuit(isolatedName).isolate();
  const full = ConcurrencyLimited({ limit: 1 })(() => never);
  const never = new Promise<never>(() => {});
  void full();
  const status =
    (code: number, headers = {}) =>
    async (): Promise<unknown> => {
      upstream.always({ type: 'status', status: code, message: SECRET, headers });
      return client.models.list();
    };
  return {
    routes: {
      open,
      isolated,
      full,
      slow: async () => {
        const [answer] = await Promise.all([TimeLimited('10ms')(() => never)(), clock.advance('10ms')]);
        return answer;
      },
      'upstream-401': status(401),
      'upstream-404': status(404),
      'upstream-503': status(503),
      'upstream-429': status(429, { 'retry-after': '7' }),
      unreachable: async () => {
        upstream.always('reset');
        return client.models.list();
      },
      answer: async () => {
        throw createError(409, 'taken by another', { headers: { 'x-taken': 'yes' } });
      },
      bug: async () => (undefined as unknown as { name: string }).name,
      healthy: async () => ({ ok: true }),
    },
    close: () => upstream.close(),
  };
}

/** What a client of the application gets, of which only the parts that matter are looked at. */
export interface Seen {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

export async function get(url: string): Promise<Seen> {
  const response = await fetch(url);
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.text() };
}

const said = (error: string, retryAfter?: number): string => JSON.stringify({ error, retryAfter });

/** What every framework answers, by route. */
export const EXPECTED: Readonly<Record<string, Seen>> = {
  open: { status: 503, retryAfter: '30', body: said('Service Unavailable', 30) },
  isolated: { status: 503, retryAfter: null, body: said('Service Unavailable') },
  full: { status: 503, retryAfter: '1', body: said('Service Unavailable', 1) },
  slow: { status: 504, retryAfter: null, body: said('Gateway Timeout') },
  'upstream-401': { status: 500, retryAfter: null, body: said('Internal Server Error') },
  'upstream-404': { status: 500, retryAfter: null, body: said('Internal Server Error') },
  'upstream-503': { status: 502, retryAfter: null, body: said('Bad Gateway') },
  'upstream-429': { status: 503, retryAfter: '7', body: said('Service Unavailable', 7) },
  unreachable: { status: 502, retryAfter: null, body: said('Bad Gateway') },
  healthy: { status: 200, retryAfter: null, body: '{"ok":true}' },
};

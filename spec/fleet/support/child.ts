// A process of a fleet that calls an upstream all the time. Started by processes.ts, with which it talks over the channel
// of a forked process.
import { Cluster, Redis as IoRedis } from 'ioredis';
import { createClient, createCluster } from 'redis';
import { circuit, CircuitOpenError, CircuitProtected, configure, onEvent, RateLimited } from '#lib/index.js';
import { connectFleet, type FleetClient } from '#lib/fleet/index.js';
import { ioRedisStore } from '#lib/fleet/store/ioredis.js';
import type { ChildOptions, Seen } from './processes.js';

const {
  library,
  url,
  upstream,
  aheadMs = 0,
  isDeaf = false,
  ...options
} = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;
const { port } = new URL(url);

const clients: Record<ChildOptions['library'], () => FleetClient> = {
  redis: () => createClient({ url }).on('error', () => undefined),
  ioredis: () => new IoRedis(url, { lazyConnect: true }),
  'redis cluster': () => createCluster({ rootNodes: [{ url }] }).on('error', () => undefined),
  'ioredis cluster': () => new Cluster([{ host: '127.0.0.1', port: Number(port) }], { lazyConnect: true }),
};

/** A store whose subscription seems alive, and hears nothing. */
function deaf(): FleetClient {
  return Object.assign(ioRedisStore(new IoRedis(url, { lazyConnect: true })), { subscribe: () => Promise.resolve() });
}

configure({
  settings: { log: { level: 'silent' } },
  clock: {
    now: () => Date.now() + aheadMs,
    setTimer: (callback, ms) => setTimeout(callback, ms),
    clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
  },
});

class Failed extends Error {
  readonly status = 503;
}

const none = (): Omit<Seen, 'state'> => ({
  answered: 0,
  failed: 0,
  rejected: 0,
  longestRejectionMs: 0,
  longestCallMs: 0,
  passedAt: [],
  events: {},
});
let seen = none();
onEvent(({ type }) => {
  seen.events[type] = (seen.events[type] ?? 0) + 1;
});

const ask = CircuitProtected({ circuit: 'openai', ...options.circuit })(async (): Promise<void> => {
  const response = await fetch(`${upstream}/fleet`, { headers: { 'x-process': String(process.pid) } });
  await response.text();
  if (!response.ok) throw new Failed('The upstream failed.');
});
const spend = RateLimited({ limiter: 'account', ...(options.limiter ?? { limit: 1, per: '1s' }) })(async () => {
  seen.passedAt.push(Date.now());
  await Promise.resolve();
});

async function call(): Promise<void> {
  const since = performance.now();
  try {
    await ask();
    seen.answered += 1;
  } catch (error) {
    const isRejected = error instanceof CircuitOpenError;
    seen[isRejected ? 'rejected' : 'failed'] += 1;
    if (isRejected) seen.longestRejectionMs = Math.max(seen.longestRejectionMs, performance.now() - since);
  }
  seen.longestCallMs = Math.max(seen.longestCallMs, performance.now() - since);
}

const fleet = await connectFleet(isDeaf ? deaf() : clients[library](), options.fleet);
const timer = setInterval(() => {
  void (options.limiter ? spend().catch(() => undefined) : call());
}, options.everyMs);

process.on('message', (asked) => {
  if (asked === 'seen') {
    process.send?.({ ...seen, state: circuit('openai').state } satisfies Seen);
    seen = none();
    return;
  }
  clearInterval(timer);
  void fleet.close().then(() => process.disconnect());
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');

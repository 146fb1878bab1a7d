// How long it takes until members with connections of their own know of a transition: real sockets, and a server of the
// PATH where there is one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { Redis as IoRedis } from 'ioredis';
import { createClient } from 'redis';
import { systemClock } from '../../dist/core/clock.js';
import { Membership } from '../../dist/fleet/membership.js';
import { fleetRules } from '../../dist/fleet/rules.js';
import { ioRedisStore } from '../../dist/fleet/store/ioredis.js';
import { nodeRedisStore } from '../../dist/fleet/store/node-redis.js';
import { startFleetStore } from '../../dist/testing/index.js';

const MEMBERS = 20;
const TRANSITIONS = 100;
const SERVERS = ['redis-server', 'valkey-server'];
const RULES = { fleet: 'bench', mode: 'on', quorum: 0.6, timeoutMs: 2000, syncMs: 3_600_000 };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What each member that heard of a transition took, in milliseconds, for each store that is here. */
export async function known(signal) {
  const found = [];
  for (const start of [...SERVERS.map((name) => () => realServer(name)), inProcess]) {
    signal.throwIfAborted();
    const server = await start();
    if (!server) continue;
    try {
      found.push({ name: server.name, ms: await transitions(server.url, signal) });
    } finally {
      await server.close();
    }
  }
  return found;
}

async function transitions(url, signal) {
  const took = [];
  let since = 0;
  const adopt = () => took.push(performance.now() - since);
  const members = Array.from({ length: MEMBERS }, (_, i) => memberOf(i % 2 ? redis(url) : ioredis(url), adopt));
  await Promise.all(members.map((member) => member.start()));
  for (let i = 0; i < TRANSITIONS; i += 1) {
    signal.throwIfAborted();
    const expected = took.length + MEMBERS;
    since = performance.now();
    await members[i % MEMBERS].byHand('isolate', 'openai', ['bench', '0']);
    for (let waited = 0; took.length < expected && waited < 1000; waited += 5) await pause(5);
  }
  await Promise.all(members.map((member) => member.close()));
  return took.sort((one, other) => one - other);
}

const redis = (url) => nodeRedisStore(createClient({ url }));
const ioredis = (url) => ioRedisStore(new IoRedis(url, { lazyConnect: true }));

function memberOf(store, adopt) {
  const settings = {
    mode: 'on',
    recoveryMs: 60_000,
    recoveryGrowth: 1,
    maxRecoveryMs: 60_000,
    probes: 1,
    probeIntervalMs: 5000,
  };
  const port = {
    name: 'openai',
    label: 'openai',
    isGone: false,
    settings: () => ({ ...settings, rampUpMs: 0 }),
    view: () => ({ state: 'closed', isHalfWay: false, lastSuccessAt: undefined, finished: 0 }),
    adopt,
    shareAmong() {},
    onNextCall() {},
    join: () => () => {},
  };
  const none = () => () => {};
  return new Membership(store, fleetRules({ ...RULES, trustMs: 0, rampUpMs: 0, maxGateMs: 60_000 }), {
    clock: systemClock,
    random: Math.random,
    emit() {},
    eachCircuit(join) {
      join(port);
      return () => {};
    },
    eachGate: none,
    eachLimiter: none,
  });
}

async function inProcess() {
  const store = await startFleetStore();
  return { name: 'the store of `holdfast/testing`', url: store.url, close: () => store.close() };
}

/** Undefined if there is no such server on the PATH. */
async function realServer(name) {
  const port = await freePort();
  const flags = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()];
  const child = spawn(name, flags.map(String), { stdio: 'ignore' });
  let isGone = false;
  child.once('error', () => (isGone = true)).once('exit', () => (isGone = true));
  while (!isGone && !(await answers(port))) await pause(30);
  if (isGone) return undefined;
  return {
    name,
    url: `redis://127.0.0.1:${port}`,
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

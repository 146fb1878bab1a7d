// Redis: real servers in every state that can be brought about, and what comes before an answer.
import { at, GARBAGE_FAULT, listen, SILENCE_FAULT, TCP_FAULTS } from '../support/tcp.js';

const PASSWORD = 'secret';
const GET = ['GET', 'key'];

/** A server that answers each command with one line, but for those that clients open a connection with. */
const saying = (line) => () =>
  listen((socket) => {
    socket.on('data', (chunk) => {
      for (const [, name] of String(chunk).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g))
        socket.write(/^(CLIENT|HELLO|SELECT)$/i.test(name) ? greeting(name) : `${line}\r\n`);
    });
  });
const greeting = (name) => (/^HELLO$/i.test(name) ? '%1\r\n$6\r\nserver\r\n$5\r\nredis\r\n' : '+OK\r\n');

const on = (server, id, kind, commands, rest) => ({ id, kind, commands, ...at(server), ...rest });
const main = (id, kind, commands, rest) => on('redis', id, kind, commands, { password: PASSWORD, ...rest });

const FAULTS = [
  ...TCP_FAULTS,
  GARBAGE_FAULT,
  SILENCE_FAULT,
  main('WRONGTYPE', 'rejected', [['DEL', 'key'], ['LPUSH', 'key', '1'], GET]),
  main('ERR unknown command', 'rejected', [['NONSENSE']]),
  main('ERR not an integer', 'rejected', [
    ['SET', 'key', 'x'],
    ['INCR', 'key'],
  ]),
  main('NOSCRIPT', 'rejected', [['EVALSHA', '0'.repeat(40), '0']]),
  main('NOAUTH', 'rejected', [GET], { password: undefined }),
  main('WRONGPASS', 'rejected', [GET], { password: 'wrong' }),
  main('NOPERM', 'rejected', [
    ['ACL', 'SETUSER', 'weak', 'on', '>weak', '+ping', '+hello', '+auth', '+client', '+info', '+select'],
    ['AUTH', 'weak', 'weak'],
    GET,
  ]),
  main('ERR max number of clients', 'server', [GET], { prepare: 'crowd' }),
  main('BUSY', 'server', [GET], { prepare: 'busy' }),
  main("no answer, the client's timeout", 'timeout', [['BLPOP', 'nothing', '3']], { by: 'client' }),
  main('the connection is killed', 'network', [['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no'], GET]),
  on('redis-replica', 'READONLY', 'server', [['SET', 'key', 'x']]),
  on('redis-orphan', 'MASTERDOWN', 'server', [GET]),
  on('redis-cluster', 'CLUSTERDOWN', 'server', [GET]),
  { id: 'LOADING', kind: 'server', commands: [GET], start: saying('-LOADING Redis is loading the dataset in memory') },
  {
    id: 'TRYAGAIN',
    kind: 'server',
    commands: [GET],
    start: saying('-TRYAGAIN Multiple keys request during rehashing of slot'),
  },
];

/** A script that never ends, on a connection of its own. */
const ENDLESS = ['EVAL', 'while true do end', '0'];

async function withIoredis({ host, port, timeout, fault }) {
  const { Redis } = await import('ioredis');
  const opened = [];
  const open = (options) => {
    const client = new Redis({
      host,
      port,
      password: fault.password,
      lazyConnect: true,
      retryStrategy: () => null,
      enableReadyCheck: false,
      ...options,
    });
    client.on('error', () => undefined);
    opened.push(client);
    return client;
  };
  const limits = timeout && { connectTimeout: timeout, commandTimeout: timeout };
  try {
    await prepare(fault, async () => {
      const other = open();
      await other.connect();
      return (...command) => other.call(...command);
    });
    const client = open(limits);
    await client.connect();
    let answer;
    for (const command of fault.commands ?? [GET]) answer = await client.call(...command);
    return answer;
  } finally {
    if (fault.prepare === 'busy')
      await open()
        .call('SCRIPT', 'KILL')
        .catch(() => undefined);
    for (const client of opened) client.disconnect();
  }
}

/** As it comes: commands wait for a connection, and are given up after some. */
async function withIoredisQueue({ host, port, timeout, fault }) {
  const { Redis } = await import('ioredis');
  const client = new Redis({
    host,
    port,
    password: fault.password,
    maxRetriesPerRequest: 1,
    retryStrategy: () => 50,
    ...(timeout && { commandTimeout: timeout }),
  });
  client.on('error', () => undefined);
  try {
    return await client.get('key');
  } finally {
    client.disconnect();
  }
}

async function withRedis({ host, port, timeout, fault }) {
  const { createClient } = await import('redis');
  const opened = [];
  const open = async (options, command) => {
    const socket = {
      host,
      port,
      reconnectStrategy: false,
      ...(timeout && { connectTimeout: timeout, socketTimeout: timeout }),
      ...options,
    };
    const client = createClient({ socket, password: fault.password, ...(command && { commandOptions: command }) });
    client.on('error', () => undefined);
    opened.push(client);
    await client.connect();
    return client;
  };
  try {
    await prepare(fault, async () => {
      const other = await open();
      return (...command) => other.sendCommand(command);
    });
    const client = await open();
    let answer;
    for (const command of fault.commands ?? [GET]) answer = await client.sendCommand(command);
    return answer;
  } finally {
    if (fault.prepare === 'busy') await (await open()).sendCommand(['SCRIPT', 'KILL']).catch(() => undefined);
    for (const client of opened) client.destroy();
  }
}

async function prepare(fault, connect) {
  if (fault.prepare === 'crowd') for (let i = 0; i < 20; i++) await connect().catch(() => undefined);
  if (fault.prepare !== 'busy') return;
  const send = await connect();
  await send('CONFIG', 'SET', 'busy-reply-threshold', '50');
  send(...ENDLESS).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 200));
}

export const redis = {
  name: 'redis',
  title: 'Redis',
  servers: ['redis', 'redis-cluster', 'redis-replica', 'redis-orphan'],
  setups: [
    { name: 'ioredis', package: 'ioredis', faults: FAULTS, call: withIoredis },
    {
      name: 'ioredis, commands that wait for a connection',
      package: 'ioredis',
      faults: [...TCP_FAULTS, { ...SILENCE_FAULT }],
      call: withIoredisQueue,
    },
    { name: 'redis', package: 'redis', faults: FAULTS, call: withRedis },
  ],
};

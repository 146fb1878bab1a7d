import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { Redis as IoRedis } from 'ioredis';
import { createClient } from 'redis';
import { connectFleet, type Fleet, type FleetClient, type FleetStore } from '#lib/fleet/index.js';
import { channelOf, keysOf } from '#lib/fleet/protocol/keys.js';
import { SCRIPT } from '#lib/fleet/protocol/script.js';
import { circuit, CircuitProtected, configure, RateLimited } from '#lib/index.js';
import { LuaServer } from './support/lua.js';
import { pause } from './support/real-process.js';

const OPTIONS = { name: 'checkout', timeout: '250ms', sync: '200ms' } as const;
const ask = CircuitProtected({ circuit: 'openai' })(async () => Promise.resolve('answer'));
const spend = RateLimited({ limit: 1000, per: '1s', burst: 100, limiter: 'strangers' })(async () => Promise.resolve());

/** Servers that are no store of this protocol. */
const STRANGERS: Record<string, (socket: Socket) => void> = {
  'is a web server': (socket) =>
    void socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n<p>hunter2</p>')),
  'hangs up': (socket) => socket.destroy(),
  'says nothing': () => undefined,
  'sends noise': (socket) =>
    void socket.on('data', () => socket.write(Buffer.from([0, 255, 13, 10, 36, 57, 57, 13, 10]))),
  'is older than scripts': (socket) => void socket.on('data', () => socket.write('-ERR unknown command\r\n')),
  'demands another password': (socket) =>
    void socket.on('data', () => socket.write('-WRONGPASS invalid username-password pair for hunter2\r\n')),
};

const CLIENTS: Record<string, (url: string) => FleetClient> = {
  'node-redis': (url) => createClient({ url }).on('error', () => undefined),
  ioredis: (url) => new IoRedis(url, { lazyConnect: true }),
};

describe('a fleet and strangers', () => {
  let lines: string[];
  let fleet: Fleet | undefined;
  let ends: (() => void)[];

  beforeEach(() => {
    lines = [];
    const write = (...parts: unknown[]): void => void lines.push(JSON.stringify(parts));
    const logger = { debug: write, info: write, warn: write, error: write };
    ends = [configure({ logger, settings: { log: { level: 'debug' } } })];
    circuit('openai').reset();
  });

  afterEach(async () => {
    await fleet?.close();
    fleet = undefined;
    circuit('openai').reset();
    for (const end of ends) end();
  });

  for (const [stranger, behave] of Object.entries(STRANGERS))
    for (const [name, client] of Object.entries(CLIENTS))
      it(`act alone when the store of ${name} ${stranger}, and log neither address nor credentials`, async () => {
        const sockets = new Set<Socket>();
        const server: Server = createServer((socket) => {
          sockets.add(socket.on('error', () => undefined));
          behave(socket);
        }).listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address() as AddressInfo;
        try {
          const since = performance.now();
          fleet = await connectFleet(client(`redis://shop:hunter2@127.0.0.1:${port}`), OPTIONS);
          expect(performance.now() - since).to.be.below(1500);
          expect(fleet.store).to.equal('degraded');
          expect(await ask()).to.equal('answer');
          await spend();
          await pause(300);
          const refused = await fleet.isolate('openai').catch(String);
          for (const text of [...lines, refused]) expect(text).not.to.match(/hunter2|shop|127\.0\.0|redis:/);
          expect(lines.join('\n')).not.to.include(String(port));
          expect(lines.filter((line) => line.includes('fleet_degraded'))).to.have.length(1);
        } finally {
          await fleet?.close();
          fleet = undefined;
          for (const socket of sockets) socket.destroy();
          server.close();
        }
      });

  describe('who write into its store', () => {
    const [record = '', votes = '', present = ''] = keysOf('checkout', 'openai');
    let lua: LuaServer;
    let store: FleetStore;
    let hear: (message: string) => void;

    beforeEach(() => {
      lua = new LuaServer(SCRIPT);
      store = {
        run(keys, args) {
          lua.keyspace.now = Date.now();
          return Promise.resolve(lua.run(keys, args));
        },
        subscribe(_channel, heard) {
          hear = heard;
          return Promise.resolve();
        },
        close: () => Promise.resolve(),
      };
    });

    const tampered = (fields: Record<string, string>): Map<string, string> =>
      new Map(
        Object.entries({ id: 'x', epoch: '1', state: 'closed', until: '0', trips: '0', closedAt: '0', ...fields }),
      );

    for (const [what, change] of Object.entries<() => void>({
      'a state that there is not': () => lua.keyspace.values.set(record, tampered({ state: 'ajar' })),
      'an epoch that is no number': () => lua.keyspace.values.set(record, tampered({ epoch: 'hunter2' })),
      'an epoch above all': () => lua.keyspace.values.set(record, tampered({ epoch: '9e15' })),
      'a time without an end': () => lua.keyspace.values.set(record, tampered({ state: 'open', until: '1e400' })),
      'a negative time': () => lua.keyspace.values.set(record, tampered({ state: 'open', until: '-5' })),
      'half a record': () => lua.keyspace.values.set(record, new Map([['state', 'open']])),
      'a list of votes that is a text': () => lua.keyspace.values.set(votes, 'hunter2'),
      'members by the million': () =>
        lua.keyspace.values.set(present, new Map([...Array(20_000).keys()].map((i) => [`m${i}`, Date.now() + 1e9]))),
    }))
      it(`answer every call in spite of ${what}, and are as one again after a reset`, async () => {
        change();
        fleet = await connectFleet(store, OPTIONS);
        for (let turn = 0; turn < 8; turn += 1) {
          await ask().catch(() => undefined);
          await pause(60);
        }
        expect(lines.join('\n')).not.to.include('hunter2');
        lua.keyspace.values.delete(votes);
        await fleet.reset('openai').catch(() => undefined);
        await pause(700);
        await fleet.reset('openai');
        expect(await ask()).to.equal('answer');
        expect((await fleet.circuits()).find(({ name }) => name === 'openai')?.state).to.equal('closed');
      });

    it('go on whatever they publish', async () => {
      fleet = await connectFleet(store, OPTIONS);
      await ask();
      await spend();
      const id = (lua.keyspace.values.get(record) as Map<string, string> | undefined)?.get('id') ?? '';
      const shared = keysOf('checkout', '~strangers')[0] as string;
      const before = (lua.keyspace.values.get(shared) as Map<string, string> | undefined)?.get('id') ?? '';
      for (const message of [
        ...['', ' ', 'x'.repeat(1e6), '\0', '{}', 'null', `openai ${id}`, `openai ${id} state`, `openai ${id} vote -1`],
        ...[`openai ${id} probing 1 1e9`, `openai ${id} gate 999999999999999`, `__proto__ ${id} vote 1`, '~ x share 1'],
        ...[
          `~strangers ${before} share 0`,
          `~strangers ${before} share 999999999`,
          `${channelOf('checkout')} x vote 1`,
        ],
      ])
        hear(message);
      hear(undefined as never);
      hear({} as never);
      await pause(300);
      expect(await ask()).to.equal('answer');
      // A share of one in 999 999 999 would let one pass and no more.
      for (let i = 0; i < 50; i += 1) await spend();
      expect(circuit('openai').state).to.equal('closed');
    });
  });
});

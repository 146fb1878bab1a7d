import { expect } from 'chai';
import { channelOf, keysOf } from '#lib/fleet/protocol/keys.js';
import { readMessage } from '#lib/fleet/protocol/message.js';
import { readReply } from '#lib/fleet/protocol/reply.js';
import type { FleetStore } from '#lib/fleet/store/port.js';
import { CLIENTS } from '../support/clients.js';
import { type Server, SERVERS } from '../support/servers.js';

const CHANNEL = channelOf('checkout');
const KEYS = keysOf('checkout', 'openai');
const FOR_EVER = String(9e15);
const VOTING = ['75000', '0.6', '75000', '10000', '2', '60000', '10000', '0'];

/** Resolves as soon as the condition holds; mocha's limit ends it otherwise. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

for (const kind of SERVERS)
  for (const client of CLIENTS)
    describe(`${client.name} with ${kind.name}`, () => {
      let server: Server;
      let stores: FleetStore[];

      beforeEach(async () => {
        server = await kind.start();
        stores = [];
      });

      afterEach(async () => {
        server.resume();
        for (const store of stores) await store.close();
        await server.close();
      });

      function connected(): FleetStore {
        const store = client.store(server.url);
        stores.push(store);
        return store;
      }

      async function run(store: FleetStore, op: string, ...args: string[]) {
        return readReply(await store.run(KEYS, [op, CHANNEL, 'openai', FOR_EVER, 'id1', ...args]));
      }

      it('opens on the votes of two members, and everybody hears of it', async () => {
        const [one, other] = [connected(), connected()];
        const heard: string[] = [];
        await other.subscribe?.(
          CHANNEL,
          (message) => heard.push(message),
          () => undefined,
        );
        expect(await run(one, 'read')).to.include({ outcome: 'read' });
        expect(await run(one, 'vote', 'a', ...VOTING)).to.include({ outcome: 'voted' });
        const { record, outcome, numbers } = await run(other, 'vote', 'b', ...VOTING);
        expect({ outcome, numbers }).to.deep.equal({ outcome: 'opened', numbers: [2, 2] });
        expect(record).to.include({ state: 'open', trips: 1, id: 'id1', why: 'quorum' });
        expect(record.openInMs).to.be.within(9000, 10_000);
        await until(() => heard.length === 2);
        expect(heard.map((message) => readMessage(message)?.kind)).to.deep.equal(['vote', 'state']);
      });

      it('sends the script again when the store has forgotten it', async () => {
        const store = connected();
        await run(store, 'read');
        await server.forgetScripts();
        expect(await run(store, 'vote', 'a', ...VOTING)).to.include({ outcome: 'voted' });
      });

      it('works again after its connections were dropped, and reports the gap', async () => {
        const store = connected();
        const heard: string[] = [];
        let gaps = 0;
        await store.subscribe?.(
          CHANNEL,
          (message) => heard.push(message),
          () => void (gaps += 1),
        );
        await server.drop();
        await until(() => gaps > 0);
        const other = connected();
        await until(async () => {
          await run(other, 'isolate', 'by hand', '0');
          await new Promise((resolve) => setTimeout(resolve, 20));
          return heard.length > 0;
        });
        await until(async () => (await run(store, 'read').catch(() => undefined))?.record.state === 'isolated');
      });

      it('does nothing late: what was sent into a hung store', async () => {
        const store = connected();
        const { serverNow } = await run(store, 'read');
        server.hang();
        const sent = store.run(KEYS, ['isolate', CHANNEL, 'openai', String(serverNow + 30), 'id1', 'late', '0']);
        await new Promise((resolve) => setTimeout(resolve, 80));
        server.resume();
        expect(readReply(await sent)).to.include({ outcome: 'late' });
        expect((await run(store, 'read')).record.state).to.equal('closed');
      });

      it('lists the circuits that were enlisted', async () => {
        const store = connected();
        await store.run(['holdfast:1:checkout:{}'], ['enlist', CHANNEL, '', FOR_EVER, '', 'openai', 'search']);
        expect(await store.run(['holdfast:1:checkout:{}'], ['list', CHANNEL, '', '0', ''])).to.deep.equal([
          'openai',
          'search',
        ]);
      });
    });

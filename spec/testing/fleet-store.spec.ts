import { connect } from 'node:net';
import { once } from 'node:events';
import { expect } from 'chai';
import { createClient } from 'redis';
import { startFleetStore, type TestFleetStore } from '#lib/testing/index.js';
import { SCRIPT } from '#lib/fleet/protocol/script.js';

describe('the store of a fleet for tests', () => {
  let store: TestFleetStore;

  beforeEach(async () => {
    store = await startFleetStore();
  });

  afterEach(async () => {
    store.resume();
    await store.close();
  });

  async function answer(...commands: string[]): Promise<string> {
    const socket = connect(store.port, '127.0.0.1');
    await once(socket, 'connect');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    for (const command of commands) socket.write(command);
    await new Promise((resolve) => setTimeout(resolve, 40));
    socket.destroy();
    return text;
  }

  it('answers commands that arrive in pieces, several at once, and inline', async () => {
    expect(await answer('*1\r\n$4\r\nPI', 'NG\r\n*2\r\n$4\r\nPING\r\n$2\r\nhi\r\n', 'PING\r\n')).to.equal(
      '+PONG\r\n'.replace('+PONG', '$4\r\nPONG') + '$2\r\nhi\r\n' + '$4\r\nPONG\r\n',
    );
  });

  it('refuses what it does not know, and scripts of others', async () => {
    expect(await answer('KEYS *\r\n')).to.match(/^-ERR unknown command 'KEYS'/);
    expect(await answer('*3\r\n$4\r\nEVAL\r\n$8\r\nreturn 1\r\n$1\r\n0\r\n')).to.match(
      /^-ERR .*script of a fleet alone/,
    );
  });

  it('counts commands, scripts and messages', async () => {
    const client = await createClient({ url: store.url, RESP: 3 }).connect();
    const args = ['isolate', 'holdfast:1:x', 'a', String(9e15), 'id', 'why', '0'];
    await client.eval(SCRIPT, { keys: ['k'], arguments: args });
    client.destroy();
    expect(store.scripts).to.equal(1);
    expect(store.published).to.equal(1);
    expect(store.commands).to.be.at.least(1);
  });

  it('answers late when it is slow, and all that waited when it hangs no more', async () => {
    const client = await createClient({ url: store.url }).connect();
    store.slow(50);
    const since = performance.now();
    await client.ping();
    expect(performance.now() - since).to.be.at.least(45);
    store.resume();
    store.hang();
    let pings = 0;
    const sent = [1, 2, 3].map(() => client.ping().then(() => (pings += 1)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(pings).to.equal(0);
    store.resume();
    await Promise.all(sent);
    client.destroy();
  });

  it('has the time that it is given', async () => {
    const timed = await startFleetStore({ now: () => 1_800_000_000_123 });
    const client = await createClient({ url: timed.url }).connect();
    expect(await client.sendCommand(['TIME'])).to.deep.equal(['1800000000', '123000']);
    client.destroy();
    await timed.close();
  });
});

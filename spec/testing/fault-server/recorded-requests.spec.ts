import { expect } from 'chai';
import { startFaultServer } from '#lib/testing/fault-server/index.js';
import {
  ask,
  askStreamed,
  caught,
  chainOf,
  collect,
  defaultClient,
  dial,
  IMPATIENT,
  QUESTION,
  SDKS,
  send,
  until,
  useServer,
} from '../../support/sdks.js';

describe('what the fault server records', () => {
  const use = useServer();

  it('is method, path, headers, body, time and fault of each request, in order', async () => {
    const before = Date.now();
    use.server.script('ok', { type: 'html', delayMs: 1 }, 'quota');
    const client = defaultClient(use.server.baseUrl);
    await ask(client);
    await client.models.list({ headers: { 'X-Mine': 'yes' } });
    await caught(ask(client));
    const [first, second, third] = use.server.requests;
    expect(first).to.include({ index: 0, method: 'POST', path: '/v1/chat/completions', outcome: 'answered' });
    expect(first?.headers).to.include({ authorization: 'Bearer sk-test', 'content-type': 'application/json' });
    expect(first?.body).to.have.nested.property('messages[1].content', QUESTION);
    expect(first?.receivedAt).to.be.within(before, Date.now());
    expect(first?.endedAt).to.be.within(first?.receivedAt ?? Infinity, Date.now());
    expect(second).to.include({ index: 1, method: 'GET', path: '/v1/models', body: undefined });
    expect(second?.headers).to.include({ 'x-mine': 'yes' });
    expect(use.server.requests.map(({ fault }) => fault)).to.deep.equal([
      { type: 'ok' },
      { type: 'html', delayMs: 1 },
      { type: 'quota' },
    ]);
    expect(third?.outcome).to.equal('answered');
    expect(use.server.count).to.equal(3);
  });

  it('says which requests the server broke off', async () => {
    use.server.script('reset', 'hang-up', 'not-http', 'body-cut', 'stream-cut');
    const client = defaultClient(use.server.baseUrl);
    for (let call = 0; call < 4; call++) await caught(ask(client));
    await collect(await askStreamed(client));
    await use.server.settled();
    expect(use.server.requests.map(({ outcome }) => outcome)).to.deep.equal(Array(5).fill('broken'));
  });

  for (const sdk of SDKS) {
    describe(`when ${sdk.name} leaves`, () => {
      it('sees an abort before the headers', async () => {
        use.server.script('stall');
        const controller = new AbortController();
        const failing = caught(ask(sdk.client(use.server.baseUrl), { signal: controller.signal }));
        await use.server.received(1);
        expect(use.server.requests[0]).to.include({ outcome: 'pending', endedAt: undefined });
        const before = Date.now();
        controller.abort();
        expect(chainOf(await failing)[0]).to.equal('APIUserAbortError');
        await use.server.settled();
        expect(use.server.requests[0]?.outcome).to.equal('aborted');
        expect(use.server.requests[0]?.endedAt).to.be.within(before, Date.now());
      });

      it('sees an abort during the delay, and then causes no fault', async () => {
        use.server.script({ type: 'quota', delayMs: 60_000 });
        const failing = caught(ask(sdk.client(use.server.baseUrl, IMPATIENT)));
        expect(chainOf(await failing)[0]).to.equal('APIConnectionTimeoutError');
        await use.server.settled();
        expect(use.server.requests[0]?.outcome).to.equal('aborted');
      });

      it('sees that a loop over a stream was left early', async () => {
        use.server.script({ type: 'stream-drip', everyMs: 20 });
        for await (const chunk of await askStreamed(sdk.client(use.server.baseUrl))) {
          if (chunk.choices[0]?.delta.content === 'Paris') break;
        }
        await use.server.settled();
        expect(use.server.requests[0]?.outcome).to.equal('aborted');
      });
    });
  }

  it('is kept to a limit, while all are counted', async () => {
    const server = await startFaultServer({ recordLimit: 2 });
    for (let call = 0; call < 5; call++) await send(server, '/models', { method: 'GET' });
    expect(server.requests.map(({ index }) => index)).to.deep.equal([3, 4]);
    expect(server.count).to.equal(5);
    await server.close();
  });

  it('is told together with the number of sockets that are open', async () => {
    const server = await startFaultServer();
    const sockets = [await dial(server.port), await dial(server.port)];
    await until(() => server.open === 2);
    for (const [closed, socket] of sockets.entries()) {
      socket.destroy();
      await until(() => server.open === 1 - closed);
    }
    await server.close();
  });

  it('can be waited for', async () => {
    const third = use.server.received(3).then(() => use.server.count);
    for (let call = 0; call < 4; call++) await send(use.server, '/models', { method: 'GET' });
    expect(await third).to.equal(3);
    await use.server.received(2);
    await use.server.settled();
  });
});

import { once } from 'node:events';
import { expect } from 'chai';
import { ANSWER, ask, defaultClient, dial, useServer } from '../../support/sdks.js';

const HEAD = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n';
const BODY = '{"model":"m","stream":true,"messages":[{"role":"user","content":"hello"}]}';
const REQUEST = `${HEAD}content-length: ${BODY.length}\r\n\r\n${BODY}`;

describe('a client that misbehaves', () => {
  const use = useServer();

  // Mocha fails the test in which an error goes unhandled; a good answer afterwards shows that the server lives.
  afterEach(async () => {
    const completion = await ask(defaultClient(use.server.baseUrl));
    expect(completion.choices[0]?.message.content).to.equal(ANSWER);
  });

  for (const [what, bytes] of [
    ['nothing', ''],
    ['half of the headers', HEAD],
    ['half of the body', REQUEST.slice(0, -20)],
    ['no HTTP', '\x16\x03\x01\x02\x00'],
    ['a request for a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n'],
  ] as const) {
    it(`is not recorded when it sends ${what} and resets the connection`, async () => {
      const socket = await dial(use.server.port);
      socket.on('error', () => undefined);
      if (bytes !== '') await new Promise((resolve) => socket.write(bytes, resolve));
      await new Promise((resolve) => setTimeout(resolve, 10));
      // To some of these the server has answered by closing already.
      const closed = socket.closed ? undefined : once(socket, 'close');
      socket.resetAndDestroy();
      await closed;
      expect(use.server.count).to.equal(0);
    });
  }

  for (const fault of [
    'ok',
    'stream-comments',
    'stall',
    'body-drip',
    'not-http',
    { type: 'reset', delayMs: 20 },
  ] as const) {
    it(`does no harm when it resets the connection during ${JSON.stringify(fault)}`, async () => {
      use.server.script(fault);
      const socket = await dial(use.server.port);
      socket.on('error', () => undefined);
      socket.write(REQUEST);
      await use.server.received(1);
      socket.resetAndDestroy();
      await use.server.settled();
      expect(use.server.requests[0]?.outcome).to.not.equal('pending');
    });
  }

  it('is not flooded with comments, however fast they are to come', async () => {
    use.server.script({ type: 'stream-comments', everyMs: 0 });
    const socket = await dial(use.server.port);
    let received = 0;
    socket.on('data', (part) => {
      received += part.length;
    });
    socket.write(REQUEST);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await use.server.settled();
    expect(received).to.be.within(200, 20_000);
  });

  it('cannot make the server heap up a stream that it does not read', async () => {
    use.server.script({ type: 'stream-comments', everyMs: 0 });
    const socket = await dial(use.server.port);
    socket.pause();
    socket.write(REQUEST);
    await use.server.received(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(use.server.requests[0]?.outcome).to.equal('pending');
    socket.destroy();
    await use.server.settled();
    expect(use.server.requests[0]?.outcome).to.equal('aborted');
  });
});

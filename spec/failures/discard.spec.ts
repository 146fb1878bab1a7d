import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { discard } from '#lib/failures/discard.js';

describe('A Response that is thrown away', () => {
  let server: Server;
  let url: string;
  let closed = 0;

  before(async () => {
    server = createServer((_, response) => {
      // A body that never ends.
      response.writeHead(503).write('x'.repeat(1024));
      response.on('close', () => (closed += 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  });

  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const wrap: Readonly<Record<string, (response: Response) => unknown>> = {
    itself: (response) => response,
    'that an error holds': (response) => Object.assign(new Error('x'), { response }),
    'that caused an error': (response) => new Error('x', { cause: response }),
    'that the cause of an error holds': (response) => new Error('x', { cause: { response } }),
  };
  for (const [what, make] of Object.entries(wrap)) {
    it(`gives its socket back: ${what}`, async () => {
      const before = closed;
      discard(make(await fetch(url)));
      while (closed === before) await new Promise(setImmediate);
      expect(closed).to.equal(before + 1);
    });
  }

  it('is left alone if somebody reads it, or did', async () => {
    const reading = new Response('text');
    const reader = reading.body?.getReader();
    discard(reading);
    expect(new TextDecoder().decode((await reader?.read())?.value)).to.equal('text');
    const text = new Response('text');
    await text.text();
    discard(text);
    discard(new Response(null));
  });

  it('leaves no rejection behind, and throws for nothing', async () => {
    const rejections: unknown[] = [];
    const listen = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', listen);
    const body = (cancel: () => unknown): object => ({
      status: 503,
      bodyUsed: false,
      headers: {},
      body: { locked: false, cancel },
    });
    const failing = new ReadableStream({ cancel: () => Promise.reject(new Error('not now')) });
    discard(new Response(failing));
    discard(body(() => Promise.reject(new Error('not now'))));
    discard(
      body(() => {
        throw new Error('not ever');
      }),
    );
    // oxlint-disable-next-line unicorn/no-thenable -- a promise of another library
    discard(body(() => ({ then: (_: unknown, reject: (reason: Error) => void) => reject(new Error('odd')) })));
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const value of [undefined, null, 'x', 7, {}, [], proxy, { response: proxy }, { body: {} }]) discard(value);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    process.off('unhandledRejection', listen);
    expect(rejections).to.deep.equal([]);
  });

  it('is told from options that have a body', () => {
    let cancelled = 0;
    const options = { method: 'POST', headers: {}, body: { locked: false, cancel: () => (cancelled += 1) } };
    discard(options);
    discard({ response: options });
    expect(cancelled).to.equal(0);
  });
});

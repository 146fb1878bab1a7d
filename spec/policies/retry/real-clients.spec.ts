import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import got from 'got';
import ky from 'ky';
import { ofetch } from 'ofetch';
import { configure, onEvent, type ResilienceEvent, RetryOnTransient } from '#lib/index.js';
import { rejectionOf } from '../../support/upstream.js';

interface Client {
  readonly ask: (url: string) => Promise<unknown>;
  /** The same without retries of its own, as the advice says. */
  readonly plainly: (url: string) => Promise<unknown>;
  /** Requests of one attempt. */
  readonly requests: number;
  readonly advice: string;
}

const backoffLimit = 1;

const CLIENTS: Readonly<Record<string, Client>> = {
  ky: {
    ask: (url) => ky(url, { retry: { backoffLimit } }).text(),
    plainly: (url) => ky(url, { retry: 0 }).text(),
    requests: 3,
    advice: 'retry: 0 in its options',
  },
  ofetch: {
    ask: (url) => ofetch(url),
    plainly: (url) => ofetch(url, { retry: false }),
    requests: 2,
    advice: 'retry: false in its options',
  },
  got: {
    ask: (url) => got(url, { retry: { backoffLimit } }).text(),
    plainly: (url) => got(url, { retry: { limit: 0 } }).text(),
    requests: 3,
    advice: 'retry: { limit: 0 } in its options',
  },
};

describe('A client that repeats by itself, under a retry', () => {
  let server: Server;
  let url = '';
  let requests = 0;
  const events: ResilienceEvent[] = [];
  const undo: (() => void)[] = [];
  const multiplied = (): ResilienceEvent[] => events.filter(({ type }) => type === 'retries_multiplied');

  before(async () => {
    server = createServer((_, response) => {
      requests += 1;
      response.writeHead(503).end('secret');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
    undo.push(
      configure({ settings: { log: { level: 'silent' }, retry: { minWait: '1ms', maxWait: '2ms' } } }),
      onEvent((event) => void events.push(event)),
    );
  });

  beforeEach(() => {
    requests = 0;
    events.length = 0;
  });

  after(async () => {
    for (const end of undo) end();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  for (const [name, client] of Object.entries(CLIENTS)) {
    it(`is reported once, with what to write: ${name}`, async () => {
      const ask = RetryOnTransient()(client.ask);
      await rejectionOf(ask(url));
      expect(requests).to.equal(3 * client.requests);
      await rejectionOf(ask(url));
      expect(multiplied()).to.have.lengthOf(1);
      expect(multiplied()[0]).to.include({ requests: 3 * client.requests });
      const { reason } = multiplied()[0] as { reason: string };
      expect(reason).to.contain(name).and.contain(`write ${client.advice}`);
      expect(reason).not.to.contain('secret');
    });

    it(`is not reported once it does as the advice says: ${name}`, async () => {
      await rejectionOf(RetryOnTransient()(client.plainly)(url));
      expect(requests).to.equal(3);
      expect(multiplied()).to.deep.equal([]);
    });

    it(`is not reported if the method is tried once: ${name}`, async () => {
      await rejectionOf(RetryOnTransient({ maxAttempts: 1 })(client.ask)(url));
      expect(requests).to.equal(client.requests);
      expect(multiplied()).to.deep.equal([]);
    });
  }
});

import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { canary, KEY } from '../canaries.js';
import { EXPIRED_CERTIFICATE, EXPIRED_KEY } from '../certificate.js';
import { type Address, type Group, LIMIT_MS, misconfigured, network, timeout, unreachable } from '../row.js';

const on = (baseUrl: string) => (): Address => ({ baseUrl });

/** A server whose certificate nobody trusts. */
async function expired(): Promise<Address> {
  const server: Server = createServer({ cert: EXPIRED_CERTIFICATE, key: EXPIRED_KEY }, (_request, response) => {
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const connections: Group = {
  title: 'No answer',
  rows: [
    {
      fault: 'connection refused',
      at: async (server) => {
        await server.refuse();
        return { baseUrl: server.baseUrl };
      },
      expected: unreachable('APIConnectionError'),
    },
    {
      fault: 'connection refused, by a name with two addresses',
      at: async (server) => {
        await server.refuse();
        return { baseUrl: `http://localhost:${server.port}/v1` };
      },
      expected: unreachable('APIConnectionError'),
    },
    { fault: 'reset before the headers', always: 'reset', quick: true, expected: network('APIConnectionError') },
    { fault: 'closed before the headers', always: 'hang-up', expected: network('APIConnectionError') },
    { fault: 'not HTTP at all', always: 'not-http', expected: network('APIConnectionError') },
    {
      fault: 'a name that nobody knows (DNS)',
      at: on('http://nobody.invalid/v1'),
      expected: unreachable('APIConnectionError'),
    },
    { fault: 'no headers in time', always: 'stall', hurried: true, expected: timeout() },
    {
      fault: "no headers in the client's own, shorter time",
      always: 'stall',
      client: { timeout: LIMIT_MS },
      expected: timeout('APIConnectionTimeoutError'),
    },
  ],
};

export const misconfigurations: Group = {
  title: 'Misconfigured',
  rows: [
    {
      fault: 'TLS: the certificate has expired',
      at: expired,
      quick: true,
      expected: misconfigured('APIConnectionError'),
    },
    {
      fault: 'TLS: the other side does not speak it',
      at: ({ port }) => ({ baseUrl: `https://127.0.0.1:${port}/v1` }),
      expected: misconfigured('APIConnectionError'),
    },
    { fault: 'an invalid scheme', at: on('gopher://127.0.0.1/v1'), expected: misconfigured('APIConnectionError') },
    { fault: 'an invalid URL', at: on('http://[127.0.0.1/v1'), expected: misconfigured('TypeError') },
    {
      fault: 'a URL with a password',
      at: ({ port }) => ({ baseUrl: `http://user:${canary('password')}@127.0.0.1:${port}/v1` }),
      quick: true,
      expected: misconfigured('APIConnectionError'),
    },
    {
      fault: 'a key with a line break in it',
      client: { apiKey: `${KEY}\n-rest` },
      expected: misconfigured('TypeError'),
    },
    {
      fault: 'a bug in a custom `fetch`',
      client: {
        fetch: () => {
          throw new RangeError(canary('bug'));
        },
      },
      expected: { ...misconfigured('APIConnectionError'), kind: 'unknown' },
    },
  ],
};

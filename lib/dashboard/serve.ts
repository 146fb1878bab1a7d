import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dashboard } from './dashboard.js';
import { toNode } from './node.js';

export interface ServeOptions {
  /** @default 0: a free port */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
}

export interface ServedDashboard {
  /** Contains the token after `#`: browsers do not send this part to servers. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the dashboard of this process on its own port, with a random token. Circuits can be isolated and reset. The
 * server does not keep the process alive.
 */
export async function serveDashboard({ port = 0, host = '127.0.0.1' }: ServeOptions = {}): Promise<ServedDashboard> {
  const token = randomBytes(24).toString('base64url');
  const name = host.includes(':') ? `[${host}]` : host;
  const handler = dashboard({ token, control: true, hosts: [...new Set(['localhost', '127.0.0.1', '[::1]', name])] });
  const server = createServer(toNode(handler));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  server.unref();
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${name}:${bound}/#${token}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

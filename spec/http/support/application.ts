import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An application that listens on a free port of 127.0.0.1. */
export interface Application {
  readonly url: string;
  close(): Promise<void>;
}

export async function listening(server: Server): Promise<Application> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

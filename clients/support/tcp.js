// Faults of a connection, for clients that speak something else than HTTP.
import net from 'node:net';

const GARBAGE = 'HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n';

/** A server whose connections are handled by `handle`. */
export async function listen(handle) {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    handle(socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { host: '127.0.0.1', port, url: `127.0.0.1:${port}`, close };
}

const played = (handle) => () => listen(handle);

async function closedPort() {
  const server = await listen(() => undefined);
  await server.close();
  return { ...server, close: async () => undefined };
}

/** Refused, reset, closed, garbled and silent, whatever the protocol: what came before an answer. */
export const TCP_FAULTS = [
  { id: 'refused', kind: 'network', start: closedPort },
  {
    id: 'unknown host',
    kind: 'network',
    start: async () => ({ host: 'nowhere.invalid', port: 9, url: 'nowhere.invalid:9', close: async () => undefined }),
  },
  {
    id: 'reset when connected',
    kind: 'network',
    start: played((socket) => setTimeout(() => socket.resetAndDestroy(), 10)),
  },
  { id: 'closed when connected', kind: 'network', start: played((socket) => socket.end()) },
];
export const GARBAGE_FAULT = {
  id: 'another protocol',
  kind: 'network',
  start: played((socket) => socket.end(GARBAGE)),
};
export const SILENCE_FAULT = {
  id: "silence, the client's timeout",
  kind: 'timeout',
  by: 'client',
  start: played(() => undefined),
};

/** The ports of the real servers that the measuring process has started. */
const PORTS = JSON.parse(process.env['MEASURED_PORTS'] ?? '{}');

/** Has the fault met at a real server. */
export function at(server) {
  const start = async () => ({ host: '127.0.0.1', port: PORTS[server], close: async () => undefined });
  return { server, start };
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const HOST = '127.0.0.1';

/** While the server does not listen, the system may briefly use the port for an outgoing connection. */
const PORT_TRIES = 50;
const PORT_WAIT_MS = 20;

export interface ListenerOptions {
  readonly port: number;
  readonly keepProcessAlive: boolean;
  readonly onRequest: (incoming: IncomingMessage, response: ServerResponse) => void;
  /** Called before the server ends all connections. */
  readonly beforeEnd: () => void;
}

/** A port on which the server can listen, stop listening and listen again. */
export class Listener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port: number;
  #closed = false;
  /** The changes run one after the other, so that the last requested one is in effect. */
  #change: Promise<void> = Promise.resolve();

  private constructor(private readonly options: ListenerOptions) {
    this.#port = options.port;
    // With Node's default of 5 s, the server could close an idle connection just when a client uses it: an unscripted
    // fault.
    this.#server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, options.onRequest);
    this.#server.on('connection', (socket) => this.#track(socket));
  }

  static async start(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    await listener.#listen();
    return listener;
  }

  get port(): number {
    return this.#port;
  }

  get open(): number {
    return this.#sockets.size;
  }

  accept(): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#closed) throw new Error('the fault server is closed: start a new one');
      for (let tries = 1; !this.#server.listening; tries++) {
        try {
          await this.#listen();
        } catch (error) {
          if (tries === PORT_TRIES) throw error;
          await new Promise((resolve) => setTimeout(resolve, PORT_WAIT_MS));
        }
      }
    });
  }

  refuse(): Promise<void> {
    return this.#enqueue(() => this.#endConnections());
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.refuse();
  }

  #enqueue(change: () => Promise<void>): Promise<void> {
    const result = this.#change.then(change);
    // The caller of a failed change gets its error; the next change must not fail because of it.
    this.#change = result.catch(() => undefined);
    return result;
  }

  async #listen(): Promise<void> {
    const server = this.#server;
    server.listen(this.#port, HOST);
    // Unlike a callback of `listen`, this leaves no listener if the port is taken.
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    if (!this.options.keepProcessAlive) server.unref();
  }

  async #endConnections(): Promise<void> {
    const closed = this.#server.listening
      ? new Promise<void>((resolve) => this.#server.close(() => resolve()))
      : Promise.resolve();
    this.options.beforeEnd();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    // A client in this process notices that its idle connections are closed in the next turns of the event loop. Before
    // that, it would use one and get a reset instead of a refused connection.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  #track(socket: Socket): void {
    if (!this.options.keepProcessAlive) socket.unref();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // Errors of the client's socket are ignored; `close` follows and is handled.
    socket.on('error', () => undefined);
  }
}

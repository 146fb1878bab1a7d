import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const HOST = '127.0.0.1';

/** While the port is not listened on, the system may lend it to an outgoing connection for a moment. */
const PORT_TRIES = 50;
const PORT_WAIT_MS = 20;

export interface ListenerOptions {
  readonly port: number;
  readonly keepProcessAlive: boolean;
  readonly onRequest: (incoming: IncomingMessage, response: ServerResponse) => void;
  /** Called before all connections are ended from this side. */
  readonly onSever: () => void;
}

/** A port that can be listened on, left and listened on again. */
export class Listener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port: number;
  #closed = false;
  /** One change at a time: the last one asked for is the one that stands. */
  #change: Promise<void> = Promise.resolve();

  private constructor(private readonly options: ListenerOptions) {
    this.#port = options.port;
    // With Node's default of 5 s the server would close idle connections just as a client sends on one: a fault
    // that nobody scripted.
    this.#server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, options.onRequest);
    this.#server.on('connection', (socket) => this.#keep(socket));
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
    return this.#next(async () => {
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
    return this.#next(() => this.#sever());
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.refuse();
  }

  #next(change: () => Promise<void>): Promise<void> {
    const next = this.#change.then(change);
    // A change that failed was told to who asked for it; the one after it must not fail with it.
    this.#change = next.catch(() => undefined);
    return next;
  }

  async #listen(): Promise<void> {
    const server = this.#server;
    server.listen(this.#port, HOST);
    // Unlike a callback given to `listen`, this leaves nothing behind when the port is taken.
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    if (!this.options.keepProcessAlive) server.unref();
  }

  async #sever(): Promise<void> {
    const closed = this.#server.listening
      ? new Promise<void>((resolve) => this.#server.close(() => resolve()))
      : Promise.resolve();
    this.options.onSever();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    // A client in this process learns that its idle connections are gone when the event loop next looks at them;
    // until then it would send on one and see a reset where it should be refused.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  #keep(socket: Socket): void {
    if (!this.options.keepProcessAlive) socket.unref();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // Whatever a client does to its socket is its affair; `close` follows and says all.
    socket.on('error', () => undefined);
  }
}

import type { Socket } from 'node:net';
import { type Answer, CommandReader, Failed, pushed, written } from './resp.js';

/** The part of the store that a connection needs. */
export interface ConnectionStore {
  /** Runs a command that is not about the connection itself. */
  run(command: string, args: readonly string[]): Answer;
  /** The delay of every reply, in milliseconds. */
  readonly delayMs: number;
  readonly isHung: boolean;
}

const INFO = 'redis_version:7.2.0\r\nredis_mode:standalone\r\nloading:0\r\nrole:master\r\n';

/** The connection of one client. */
export class Connection {
  readonly channels = new Set<string>();
  readonly #reader = new CommandReader();
  readonly #socket: Socket;
  readonly #store: ConnectionStore;
  readonly #delayedWrites = new Set<NodeJS.Timeout>();
  #waiting: Buffer[] = [];
  #protocol: 2 | 3 = 2;

  constructor(socket: Socket, store: ConnectionStore) {
    this.#socket = socket;
    this.#store = store;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      this.#waiting.push(bytes);
      this.work();
    });
    // A client may leave at any time.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const timer of this.#delayedWrites) clearTimeout(timer);
    });
  }

  /** Answers the received commands, unless the store hangs. */
  work(): void {
    if (this.#store.isHung) return;
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    for (const [command = '', ...args] of this.#reader.read(bytes)) this.#answer(command.toUpperCase(), args);
  }

  /** Sends a message if the client has subscribed to its channel. */
  sendMessage(channel: string, message: string): void {
    if (this.channels.has(channel)) this.#write(pushed(['message', channel, message], this.#protocol));
  }

  drop(): void {
    this.#socket.destroy();
  }

  #answer(command: string, args: readonly string[]): void {
    if (command === 'SUBSCRIBE' || command === 'UNSUBSCRIBE') this.#subscribe(command, args);
    else if (command === 'QUIT') this.#socket.end(written('OK', this.#protocol));
    else
      this.#write(
        written(this.#answerConnectionCommand(command, args) ?? this.#store.run(command, args), this.#protocol),
      );
  }

  /** Answers commands about the connection itself; undefined for other commands. */
  #answerConnectionCommand(command: string, args: readonly string[]): Answer | undefined {
    switch (command) {
      case 'HELLO':
        return this.#hello(args[0]);
      case 'PING':
        if (this.#protocol === 2 && this.channels.size > 0) return ['pong', args[0] ?? ''];
        return args[0] ?? 'PONG';
      case 'INFO':
        return INFO;
      case 'CLIENT':
        return args[0]?.toUpperCase() === 'ID' ? 1 : 'OK';
      case 'SELECT':
      case 'AUTH':
        return 'OK';
      default:
        return undefined;
    }
  }

  #hello(protocol = '2'): Answer {
    if (protocol !== '2' && protocol !== '3') return new Failed('NOPROTO unsupported protocol version');
    this.#protocol = protocol === '3' ? 3 : 2;
    return new Map<string, Answer>([
      ['server', 'redis'],
      ['version', '7.2.0'],
      ['proto', this.#protocol],
      ['id', 1],
      ['mode', 'standalone'],
      ['role', 'master'],
      ['modules', []],
    ]);
  }

  #subscribe(command: string, named: readonly string[]): void {
    const isJoining = command === 'SUBSCRIBE';
    for (const channel of named.length > 0 ? named : [...this.channels]) {
      if (isJoining) this.channels.add(channel);
      else this.channels.delete(channel);
      this.#write(pushed([command.toLowerCase(), channel, this.channels.size], this.#protocol));
    }
  }

  #write(text: string): void {
    const { delayMs } = this.#store;
    if (delayMs === 0) {
      this.#socket.write(text);
      return;
    }
    const timer = setTimeout(() => {
      this.#delayedWrites.delete(timer);
      this.#socket.write(text);
    }, delayMs);
    this.#delayedWrites.add(timer);
  }
}

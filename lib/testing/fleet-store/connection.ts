import type { Socket } from 'node:net';
import { type Answer, CommandReader, Failed, pushed, written } from './resp.js';

/** What a connection asks of the store behind it. */
export interface Behind {
  /** Runs a command that is not about the connection itself. */
  run(command: string, args: readonly string[]): Answer;
  /** Milliseconds that every reply is late. */
  readonly delayMs: number;
  readonly isHung: boolean;
}

const INFO = 'redis_version:7.2.0\r\nredis_mode:standalone\r\nloading:0\r\nrole:master\r\n';

/** One client. */
export class Connection {
  readonly channels = new Set<string>();
  readonly #reader = new CommandReader();
  readonly #socket: Socket;
  readonly #behind: Behind;
  readonly #late = new Set<NodeJS.Timeout>();
  #waiting: Buffer[] = [];
  #protocol: 2 | 3 = 2;

  constructor(socket: Socket, behind: Behind) {
    this.#socket = socket;
    this.#behind = behind;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      this.#waiting.push(bytes);
      this.work();
    });
    // A client may leave in the middle of anything.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const timer of this.#late) clearTimeout(timer);
    });
  }

  /** Answers what has arrived, unless the store hangs. */
  work(): void {
    if (this.#behind.isHung) return;
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    for (const [command = '', ...args] of this.#reader.read(bytes)) this.#answer(command.toUpperCase(), args);
  }

  /** Tells a message to whoever subscribed. */
  tell(channel: string, message: string): void {
    if (this.channels.has(channel)) this.#write(pushed(['message', channel, message], this.#protocol));
  }

  drop(): void {
    this.#socket.destroy();
  }

  #answer(command: string, args: readonly string[]): void {
    if (command === 'SUBSCRIBE' || command === 'UNSUBSCRIBE') this.#subscribe(command, args);
    else if (command === 'QUIT') this.#socket.end(written('OK', this.#protocol));
    else this.#write(written(this.#own(command, args) ?? this.#behind.run(command, args), this.#protocol));
  }

  /** Commands about the connection. */
  #own(command: string, args: readonly string[]): Answer | undefined {
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
    const { delayMs } = this.#behind;
    if (delayMs === 0) {
      this.#socket.write(text);
      return;
    }
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      this.#socket.write(text);
    }, delayMs);
    this.#late.add(timer);
  }
}

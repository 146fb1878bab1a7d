import { type AddressInfo, createServer, type Server } from 'node:net';
import { SCRIPT, SCRIPT_SHA } from '../../fleet/protocol/script.js';
import type { StepResult } from '../../fleet/protocol/step.js';
import { FleetMemory } from '../../fleet/store/memory.js';
import { type ConnectionStore, Connection } from './connection.js';
import { type Answer, Failed } from './resp.js';

/** A fleet's store for tests: a server with the protocol of Redis on a loopback port. */
export interface TestFleetStore {
  /** Its address for clients: `redis://127.0.0.1:port`. */
  readonly url: string;
  readonly port: number;
  /** How many commands it has run. */
  readonly commands: number;
  /** How many scripts it has run. */
  readonly scripts: number;
  /** How many messages it has published. */
  readonly published: number;
  /** Stops answering until `resume()`. Commands that arrive meanwhile run afterwards, as after SIGSTOP and SIGCONT. */
  hang(): void;
  /** Delays every answer and message by `ms` milliseconds. */
  slow(ms: number): void;
  /** Loses every message until `resume()`, while subscriptions seem to work. */
  mute(): void;
  /** Ends `hang()`, `slow()` and `mute()`. */
  resume(): void;
  /** Drops every connection. */
  drop(): void;
  /** Deletes all data, as FLUSHALL does. */
  flush(): void;
  /** Deletes all scripts, as a restart does: the next answer is NOSCRIPT. */
  forgetScripts(): void;
  close(): Promise<void>;
}

/** Runs the fleet's script: as pure functions, or the script itself. */
export interface ScriptEngine {
  run(keys: readonly string[], args: readonly string[], now: number): StepResult;
  flush(): void;
}

export interface TestFleetStoreOptions {
  /** The port to listen at. Default: a free one. */
  readonly port?: number;
  /** The store's time in milliseconds. Default: the system's. */
  readonly now?: () => number;
}

/** Starts a fleet's store on 127.0.0.1. Close it at the end of the test. */
export function startFleetStore(options: TestFleetStoreOptions = {}): Promise<TestFleetStore> {
  return startStoreWith(new FleetMemory(), options);
}

/** The same with another engine. */
export async function startStoreWith(
  engine: ScriptEngine,
  { port = 0, now = Date.now }: TestFleetStoreOptions = {},
): Promise<TestFleetStore> {
  const store = new Store(engine, now);
  await store.listen(port);
  return store;
}

class Store implements TestFleetStore, ConnectionStore {
  commands = 0;
  scripts = 0;
  published = 0;
  delayMs = 0;
  isHung = false;
  #isMute = false;
  #knowsScript = false;
  #port = 0;
  readonly #engine: ScriptEngine;
  readonly #now: () => number;
  readonly #connections = new Set<Connection>();
  readonly #server: Server;

  constructor(engine: ScriptEngine, now: () => number) {
    this.#engine = engine;
    this.#now = now;
    this.#server = createServer((socket) => {
      const connection = new Connection(socket, this);
      this.#connections.add(connection);
      socket.on('close', () => this.#connections.delete(connection));
    });
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** Kept after `close()`, so that another store can be started on the same port. */
  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  run(command: string, args: readonly string[]): Answer {
    this.commands += 1;
    switch (command) {
      case 'EVALSHA':
        return this.#knowsScript && args[0] === SCRIPT_SHA
          ? this.#runScript(args)
          : new Failed('NOSCRIPT No matching script.');
      case 'EVAL':
        if (args[0] !== SCRIPT) return new Failed('ERR this store runs the script of a fleet alone');
        this.#knowsScript = true;
        return this.#runScript(args);
      case 'PUBLISH':
        return this.#publish(args[0] ?? '', args[1] ?? '');
      case 'TIME':
        return [String(Math.floor(this.#now() / 1000)), String((this.#now() % 1000) * 1000)];
      case 'FLUSHALL':
        this.flush();
        return 'OK';
      default:
        return new Failed(`ERR unknown command '${command}'`);
    }
  }

  hang(): void {
    this.isHung = true;
  }

  slow(ms: number): void {
    this.delayMs = ms;
  }

  mute(): void {
    this.#isMute = true;
  }

  resume(): void {
    this.isHung = false;
    this.delayMs = 0;
    this.#isMute = false;
    for (const connection of this.#connections) connection.work();
  }

  drop(): void {
    for (const connection of this.#connections) connection.drop();
  }

  flush(): void {
    this.#engine.flush();
  }

  forgetScripts(): void {
    this.#knowsScript = false;
  }

  close(): Promise<void> {
    this.drop();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #runScript([, count = '0', ...rest]: readonly string[]): Answer {
    const keys = rest.slice(0, Number(count));
    const args = rest.slice(Number(count));
    this.scripts += 1;
    try {
      const { reply, messages } = this.#engine.run(keys, args, this.#now());
      for (const message of messages) this.#publish(args[1] ?? '', message);
      return reply;
    } catch {
      return new Failed('ERR the script failed');
    }
  }

  #publish(channel: string, message: string): number {
    this.published += 1;
    if (this.#isMute) return 0;
    for (const connection of this.#connections) connection.sendMessage(channel, message);
    return [...this.#connections].filter(({ channels }) => channels.has(channel)).length;
  }
}

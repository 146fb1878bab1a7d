import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { SCRIPT } from '#lib/fleet/protocol/script.js';
import type { StepResult } from '#lib/fleet/protocol/step.js';
import { FleetMemory } from '#lib/fleet/store/memory.js';
import { startStoreWith } from '#lib/testing/fleet-store/fleet-store.js';
import { LuaServer } from './lua.js';

/** A store to test with: in this process, or a real server. */
export interface Server {
  readonly url: string;
  hang(): void;
  resume(): void;
  drop(): Promise<unknown> | void;
  flush(): Promise<unknown> | void;
  forgetScripts(): Promise<unknown> | void;
  close(): Promise<void>;
}

export interface RealServer extends Server {
  readonly port: number;
  say(...commands: (readonly string[])[]): Promise<string[]>;
}

export interface ServerKind {
  readonly name: string;
  start(): Promise<Server>;
}

/** The script itself behind the in-process store. */
class LuaEngine {
  readonly #server = new LuaServer(SCRIPT);

  run(keys: readonly string[], args: readonly string[], now: number): StepResult {
    const { keyspace } = this.#server;
    keyspace.now = now;
    keyspace.published.length = 0;
    const reply = this.#server.run(keys, args) as string[];
    return { reply, messages: [...keyspace.published] };
  }

  flush(): void {
    this.#server.keyspace.values.clear();
  }
}

const required = process.env['HOLDFAST_TEST_REDIS'];
const NAMES = ['redis-server', 'valkey-server'];
export const binaries =
  required !== undefined && required !== 'required' ? [required] : NAMES.flatMap((name) => find(name));

/** The servers that are here. */
export const SERVERS: readonly ServerKind[] = [
  { name: 'the in-process store', start: () => startStoreWith(new FleetMemory()) },
  { name: 'the in-process store with the script itself', start: () => startStoreWith(new LuaEngine()) },
  ...binaries.map((path) => ({ name: path.split('/').at(-1) as string, start: () => startServer(path) })),
];

if (required === 'required' && binaries.length === 0)
  throw new Error(
    `HOLDFAST_TEST_REDIS demands a real server: expected ${NAMES.join(' or ')} on the PATH, found neither`,
  );
if (binaries.length === 0) console.log('  (fleet: not run against a real server, since none is on the PATH)');

/** The real servers alone. */
export const REAL_SERVERS = SERVERS.slice(2);

function find(name: string): string[] {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return [path];
    } catch {
      // Not in this folder.
    }
  }
  return [];
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A server of its own process. */
export async function startServer(path: string, ...options: readonly string[]): Promise<RealServer> {
  const port = await freePort();
  const child = spawn(
    path,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir(), ...options],
    {
      stdio: 'ignore',
    },
  );
  await answering(port, child);
  const say = (...commands: (readonly string[])[]): Promise<string[]> => sayTo(port, commands);
  return {
    port,
    say,
    url: `redis://127.0.0.1:${port}`,
    hang: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    drop: () => say(['CLIENT', 'KILL', 'TYPE', 'pubsub'], ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']),
    flush: () => say(['FLUSHALL']),
    forgetScripts: () => say(['SCRIPT', 'FLUSH']),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null) throw new Error('the server ended at once');
    try {
      await sayTo(port, [['PING']]);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
  throw new Error('the server does not answer');
}

/** Sends commands over a connection of their own; resolves to what each is answered, as it is written. */
async function sayTo(port: number, commands: readonly (readonly string[])[]): Promise<string[]> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  await once(socket, 'connect');
  const answers: string[] = [];
  for (const command of commands) {
    socket.write(
      `*${command.length}\r\n${command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`,
    );
    answers.push(String((await once(socket, 'data'))[0]));
  }
  socket.destroy();
  return answers;
}

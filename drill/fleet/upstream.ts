import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The two circuits of every process: one in the fleet, and one that acts alone. */
export const SIDES = ['fleet', 'alone'] as const;
export type Side = (typeof SIDES)[number];

/** An upstream for both sides, whose faults are switched by hand. */
export class Upstream {
  /** How many requests each side has sent since they were last counted. */
  readonly requests: Record<Side, number> = { fleet: 0, alone: 0 };
  isDown = false;
  /** Takes requests and does not answer. */
  isSilent = false;
  /** The process that it fails for, whatever it does for others. */
  bad: string | undefined;
  /** The process that sent the last request of a side. */
  readonly last: Partial<Record<Side, string>> = {};
  readonly #server: Server;
  readonly #silent = new Set<ServerResponse>();

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Begins to count anew. */
  count(): void {
    for (const side of SIDES) this.requests[side] = 0;
  }

  /** Answers those that still wait. */
  speak(): void {
    this.isSilent = false;
    for (const response of this.#silent) response.end('late');
    this.#silent.clear();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const side: Side = request.url === '/fleet' ? 'fleet' : 'alone';
    const process = String(request.headers['x-process']);
    this.requests[side] += 1;
    this.last[side] = process;
    if (this.isSilent) {
      this.#silent.add(response);
      return;
    }
    if (this.isDown || process === this.bad) response.statusCode = 503;
    response.end('answer');
  }
}

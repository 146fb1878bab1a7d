import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FleetOptions } from '#lib/fleet/index.js';
import type { CircuitOptions, LimiterOptions } from '#lib/index.js';
import { until } from './real-process.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));

/** How a process of a fleet is started. */
export interface ChildOptions {
  readonly library: 'redis' | 'ioredis' | 'redis cluster' | 'ioredis cluster';
  readonly url: string;
  readonly upstream: string;
  /** How often it calls. */
  readonly everyMs: number;
  readonly fleet: FleetOptions;
  readonly circuit?: CircuitOptions;
  /** It spends units of a shared limit instead of calling the upstream. */
  readonly limiter?: LimiterOptions;
  /** How far its clock is ahead. */
  readonly aheadMs?: number;
  /** Its subscription seems alive, and hears nothing. */
  readonly isDeaf?: boolean;
}

/** What a process has seen since it was last asked. */
export interface Seen {
  answered: number;
  failed: number;
  rejected: number;
  longestRejectionMs: number;
  longestCallMs: number;
  /** When units of the shared limit were spent. */
  readonly passedAt: number[];
  readonly events: Record<string, number>;
  readonly state: string;
}

/** Both libraries in turn. */
const LIBRARIES = ['redis', 'ioredis'] as const;

/** Real processes that are members of a fleet, and end with the spec. */
export class Processes {
  readonly #children: ChildProcess[] = [];
  readonly #defaults: Omit<ChildOptions, 'library'>;

  constructor(defaults: Omit<ChildOptions, 'library'>) {
    this.#defaults = defaults;
  }

  get pids(): number[] {
    return this.#children.map(({ pid = 0 }) => pid);
  }

  /** Starts so many, through both libraries in turn; resolves when all of them are members. */
  async start(count: number, options: Partial<ChildOptions> = {}): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const given = { library: LIBRARIES[i % LIBRARIES.length], ...this.#defaults, ...options };
        const child = fork(CHILD, [JSON.stringify(given)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
        this.#children.push(child);
        await once(child, 'message');
      }),
    );
  }

  /** What each of them has seen since it was last asked. */
  seen(): Promise<Seen[]> {
    return Promise.all(
      this.#children.map(async (child) => {
        const told = once(child, 'message');
        child.send('seen');
        return (await told)[0] as Seen;
      }),
    );
  }

  /** Resolves when the circuits of all of them are in this state. @returns what they saw meanwhile, summed up */
  async all(state: string): Promise<Record<'answered' | 'failed' | 'rejected', number>> {
    const sum = { answered: 0, failed: 0, rejected: 0 };
    await until(async () => {
      const seen = await this.seen();
      for (const one of seen) for (const what of ['answered', 'failed', 'rejected'] as const) sum[what] += one[what];
      return seen.every((one) => one.state === state);
    });
    return sum;
  }

  /** Ends the first of them, or the one with this id, without a word to anybody. */
  async kill(pid = this.pids[0]): Promise<void> {
    const [child] = this.#children.splice(this.pids.indexOf(pid as number), 1);
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Lets all but the oldest ones leave in order. */
  async stop(keep = 0): Promise<void> {
    await this.#leave(this.#children.splice(keep));
  }

  /** Lets the oldest one leave in order. */
  async retire(): Promise<void> {
    await this.#leave(this.#children.splice(0, 1));
  }

  killAll(): void {
    for (const child of this.#children.splice(0)) child.kill('SIGKILL');
  }

  async #leave(leaving: readonly ChildProcess[]): Promise<void> {
    await Promise.all(
      leaving.map(async (child) => {
        const ended = once(child, 'exit');
        child.send('stop');
        const killer = setTimeout(() => child.kill('SIGKILL'), 5000);
        await ended;
        clearTimeout(killer);
      }),
    );
  }
}

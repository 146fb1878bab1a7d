import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Seen } from './member.js';
import { SIDES, type Side } from './upstream.js';

const MEMBER = fileURLToPath(new URL('./member.js', import.meta.url));

/** The processes of the drill. */
export class Members {
  readonly #children = new Map<string, ChildProcess>();

  get size(): number {
    return this.#children.size;
  }

  /** Starts so many processes; resolves when all of them are members. */
  async start(count: number, store: string, upstream: string): Promise<void> {
    const ready = Array.from({ length: count }, async (_, i) => {
      const name = `process-${i + 1}`;
      const child = fork(MEMBER, [store, upstream, name], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      this.#children.set(name, child);
      await once(child, 'message');
    });
    await Promise.all(ready);
  }

  /** Ends a process as the system does when memory is short: without a word to anybody. */
  async kill(name: string): Promise<void> {
    const child = this.#children.get(name);
    if (!child) return;
    this.#children.delete(name);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** What all of them have seen since they were last asked. */
  async seen(among = [...this.#children.keys()]): Promise<Seen[]> {
    return Promise.all(among.map(async (name) => (await this.#told(name, 'seen')) as Seen));
  }

  /** Lets all of them ask for more than a limit allows, for so long. @returns how many requests of each passed */
  async spend(ms: number): Promise<Record<Side, number>[]> {
    // They learn of each other first.
    await Promise.all([...this.#children.keys()].map((name) => this.#told(name, 100)));
    await pause(1500);
    return Promise.all(
      [...this.#children.keys()].map(async (name) => (await this.#told(name, ms)) as Record<Side, number>),
    );
  }

  /** Everybody but one. */
  except(name: string): string[] {
    return [...this.#children.keys()].filter((other) => other !== name);
  }

  /** How long it takes until the circuits of each side are all in this state; Infinity for one that is not in time. */
  async untilBoth(state: string, mostMs: number): Promise<[number, number]> {
    const since = performance.now();
    const took = new Map<Side, number>();
    while (took.size < SIDES.length && performance.now() - since < mostMs) {
      const seen = await this.seen();
      for (const side of SIDES)
        if (!took.has(side) && seen.every(({ states }) => states[side] === state))
          took.set(side, performance.now() - since);
      await pause(10);
    }
    return [took.get('fleet') ?? Number.POSITIVE_INFINITY, took.get('alone') ?? Number.POSITIVE_INFINITY];
  }

  async stop(): Promise<void> {
    await Promise.all(
      [...this.#children.values()].map(async (child) => {
        const ended = once(child, 'exit');
        child.send('stop');
        const killer = setTimeout(() => child.kill('SIGKILL'), 2000);
        await ended;
        clearTimeout(killer);
      }),
    );
    this.#children.clear();
  }

  async #told(name: string, asked: 'seen' | number): Promise<unknown> {
    const child = this.#children.get(name) as ChildProcess;
    const told = once(child, 'message');
    child.send(asked);
    return (await told)[0] as unknown;
  }

  killAll(): void {
    for (const child of this.#children.values()) child.kill('SIGKILL');
  }
}

export function sum(seen: readonly Seen[], what: 'answered' | 'failed' | 'rejected'): Record<Side, number> {
  const total = (side: Side): number => seen.reduce((so, one) => so + one[what][side], 0);
  return { fleet: total(SIDES[0]), alone: total(SIDES[1]) };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

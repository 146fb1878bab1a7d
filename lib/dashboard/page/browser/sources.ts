import type { MethodStats } from '../../../runtime/inspection.js';
import type { State } from '../../state.js';

/** The counters of calls. */
export interface Counts {
  readonly ended: number;
  readonly failed: number;
  readonly refused: number;
  readonly fallback: number;
  readonly retries: number;
  readonly attempts: number;
}

const FIELDS = ['ended', 'failed', 'refused', 'fallback', 'retries', 'attempts'] as const;
const NOTHING: Counts = { ended: 0, failed: 0, refused: 0, fallback: 0, retries: 0, attempts: 0 };

interface Source {
  readonly state: State;
  /** When its last message arrived, on the clock of this page. */
  readonly heardAt: number;
}

/** A process without messages for this time is removed from the page. */
const GONE_MS = 30_000;

/** The processes on the page, and the sums of their counters since the page was opened. */
export class Sources {
  readonly #sources = new Map<string, Source>();
  readonly #totals = new Map<string, Counts>();

  hear(state: State, heardAt: number): void {
    const known = this.#sources.get(state.source)?.state;
    const before = known?.inspection;
    const { settings = known?.settings } = state;
    this.#sources.set(state.source, { state: { ...state, ...(settings && { settings }) }, heardAt });
    // Counters of a new or restarted process are not added at once: their calls happened before this message.
    const isKnown = before?.since === state.inspection.since;
    const past = new Map(before?.methods.map((one) => [one.method, countsOf(one)]));
    for (const stats of state.inspection.methods) {
      const now = countsOf(stats);
      const then = isKnown ? (past.get(stats.method) ?? NOTHING) : now;
      const total = this.totalOf(stats.method);
      this.#totals.set(
        stats.method,
        mapped((field) => total[field] + Math.max(0, now[field] - then[field])),
      );
    }
  }

  hearSettings({ source, settings }: Pick<State, 'source' | 'settings'>): void {
    const known = this.#sources.get(source);
    if (known && settings) this.#sources.set(source, { ...known, state: { ...known.state, settings } });
  }

  forgetThoseGone(now: number): void {
    for (const [name, { heardAt }] of this.#sources) if (now - heardAt > GONE_MS) this.#sources.delete(name);
  }

  totalOf(method: string): Counts {
    return this.#totals.get(method) ?? NOTHING;
  }

  get states(): State[] {
    return [...this.#sources.values()].map(({ state }) => state);
  }

  /** The processes without messages for `ms`. */
  silentFor(ms: number, now: number): string[] {
    return [...this.#sources].filter(([, { heardAt }]) => now - heardAt > ms).map(([name]) => name);
  }
}

export function mapped(valueOf: (field: keyof Counts) => number): Counts {
  return Object.fromEntries(FIELDS.map((field) => [field, valueOf(field)])) as { [K in keyof Counts]: number };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function countsOf({ calls, retries, attempts }: MethodStats): Counts {
  const of = (outcome: string): number => sum(calls.filter((one) => one.outcome === outcome).map(({ count }) => count));
  return {
    ended: sum(calls.map(({ count }) => count)),
    failed: of('failure'),
    refused: of('refused'),
    fallback: of('fallback'),
    retries: sum(Object.values(retries)),
    attempts,
  };
}

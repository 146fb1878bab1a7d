import { BY_HAND } from './cause.js';
import type { Circuit } from './circuit.js';
import { forcedClosed } from './closed.js';
import type { Span } from './rates.js';
import { type Row, rowOf } from './row.js';
import { asOf, CLOSED } from './state.js';
import type { CircuitState, TripReason } from './states.js';
import { newWindow, type Window } from './window.js';
import type { Windows } from './windows.js';

/**
 * A circuit as plain JSON. Times are stored as durations relative to `savedAt`, so that a difference between two clocks
 * shifts a recovery by at most that difference.
 */
export interface SavedCircuit {
  readonly version: 1;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
  readonly state: SavedState;
  readonly windows: readonly SavedWindow[];
}

export type SavedState =
  | ({ readonly kind: 'closed'; readonly ramp?: SavedRamp } & Row)
  | {
      readonly kind: 'open';
      readonly elapsedMs: number;
      readonly leftMs: number;
      readonly trips: number;
      readonly reason: TripReason;
    }
  /** Without the probes: they belong to the process that saved it. */
  | { readonly kind: 'half-open'; readonly trips: number }
  | { readonly kind: 'isolated'; readonly reason?: string }
  | ({ readonly kind: 'forced-closed'; readonly reason?: string } & Row);

export interface SavedRamp {
  readonly elapsedMs: number;
  readonly leftMs: number;
  readonly credit: number;
}

/** Calls that finished at about the same time: how long ago, how many, and how many of them failed or were slow. */
export type SavedBatch = readonly [ageMs: number, calls: number, failures: number, slow: number];

export type SavedWindow =
  | { readonly unit: 'ms'; readonly size: number; readonly batches: readonly SavedBatch[] }
  /** A digit for each call, the oldest first: 1 if it failed, 2 if it was slow, 3 if both, else 0. */
  | { readonly unit: 'calls'; readonly size: number; readonly calls: string };

/** The circuit as plain JSON, for `restoreCircuit` in a later process. */
export function savedCircuit(circuit: Circuit, now: number): SavedCircuit {
  return {
    version: 1,
    savedAt: now,
    state: savedState(circuit.stateAt(now), now),
    windows: circuit.windows.map((each) => savedWindow(each, now)),
  };
}

/** Restores what another process saved. True if that changed the kind of state. */
export function restoreCircuit(circuit: Circuit, saved: SavedCircuit, now: number): boolean {
  return circuit.adopt(savedStateAt(saved, now), BY_HAND, savedWindowsAt(saved, now));
}

function savedState(state: CircuitState, now: number): SavedState {
  switch (state.kind) {
    case 'closed': {
      const { kind, ramp } = state;
      if (!ramp) return { kind, ...copyOf(state) };
      return {
        kind,
        ...copyOf(state),
        ramp: { elapsedMs: now - ramp.since, leftMs: ramp.until - now, credit: ramp.credit },
      };
    }
    case 'open': {
      const { kind, openedAt, until, trips, reason } = state;
      return { kind, elapsedMs: now - openedAt, leftMs: until - now, trips, reason };
    }
    case 'half-open':
      return { kind: state.kind, trips: state.trips };
    case 'isolated':
    case 'forced-closed': {
      const { kind, reason } = state;
      const because = reason !== undefined && { reason };
      return kind === 'isolated' ? { kind, ...because } : { kind, ...copyOf(state), ...because };
    }
  }
}

/** A copy that its owner may change: the circuits that share a state keep it. */
function copyOf(row: Row): Row {
  const { shares } = row;
  return { ...rowOf(row), ...(shares && { shares: shares.map((one) => ({ ...one })) }) };
}

function savedWindow(window: Window, now: number): SavedWindow {
  window.forget(now);
  const batches = [...window.batches()];
  if (window.unit === 'calls')
    return {
      unit: 'calls',
      size: window.size,
      calls: batches.map(({ failures, slow }) => failures + 2 * slow).join(''),
    };
  const saved = batches.map(({ at = now, calls, failures, slow }): SavedBatch => [now - at, calls, failures, slow]);
  return { unit: 'ms', size: window.size, batches: saved };
}

/** The saved state as it is at `now`. */
function savedStateAt({ state, savedAt }: SavedCircuit, now: number): CircuitState {
  const since = savedAtHere(savedAt, now);
  switch (state.kind) {
    case 'closed': {
      const { ramp } = state;
      if (state.failures === 0 && !state.shares && !ramp) return CLOSED;
      const { elapsedMs = 0, leftMs = 0, credit = 0 } = ramp ?? {};
      const until = { since: since - elapsedMs, until: since + leftMs, credit };
      return asOf({ kind: 'closed', ...rowOf(state), ...(ramp && { ramp: until }) }, now);
    }
    case 'open': {
      const { elapsedMs, leftMs, trips, reason } = state;
      return { kind: 'open', openedAt: since - elapsedMs, until: since + leftMs, trips, reason };
    }
    case 'half-open':
      // Open until now, so that the first call becomes a probe.
      return { kind: 'open', openedAt: now, until: now, trips: state.trips, reason: 'probe' };
    case 'isolated':
      return { kind: 'isolated', reason: state.reason };
    case 'forced-closed':
      return forcedClosed(state.reason, state);
  }
}

/** The saved windows at `now`, without calls that are too old by then. */
function savedWindowsAt({ windows, savedAt }: SavedCircuit, now: number): Windows {
  return windows.map((saved) => {
    const span: Span = saved;
    const window = newWindow(span);
    if (saved.unit === 'calls') for (const mark of saved.calls) window.add(1, Number(mark) & 1, Number(mark) >> 1, now);
    else
      for (const [ageMs, calls, failures, slow] of saved.batches)
        window.add(calls, failures, slow, savedAtHere(savedAt, now) - ageMs);
    window.forget(now);
    return window;
  });
}

/**
 * When it was saved, by this process's clock. At most `now`: otherwise a clock that is behind would prolong everything.
 */
function savedAtHere(savedAt: number, now: number): number {
  return Math.min(savedAt, now);
}

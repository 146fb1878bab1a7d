import type { Sdk } from '../support/sdks.js';
import { DIALECTS, type Dialect, type Library, type Module } from './library.js';
import { type Observation, observe } from './observe.js';
import { type CircuitOutcome, type Group, type Method, methodsOf, type Outcome, type Row } from './row.js';

/** Where a fault is met. */
export interface Place {
  readonly sdk: Sdk['version'];
  readonly dialect: Dialect;
  /** @default 'import' */
  readonly module?: Module;
}

export const PLACES: readonly Place[] = ([6, 7] as const).flatMap((sdk) => [
  ...DIALECTS.map((dialect) => ({ sdk, dialect })),
  { sdk, dialect: 'standard', module: 'require' } as const,
]);

/** One method that meets one fault. */
export interface Cell {
  readonly group: string;
  readonly row: Row;
  readonly method: Method;
}

export function cellsOf(groups: readonly Group[]): Cell[] {
  return groups.flatMap(({ title, rows }) =>
    rows.flatMap((row) => methodsOf(row).map((method) => ({ group: title, row, method }))),
  );
}

/** What was seen of a cell at a place, and how it differs from what was expected. */
export interface Seen {
  readonly call: Observation;
  readonly probe: Observation;
  readonly problems: readonly string[];
}

/** A busy machine is late by less than this; the SDK's own limits and waits are longer. */
const SLACK_MS = 2000;

/** The circuit as it stands after a call that was made while it was closed after one failure, and after a probe. */
const STANDS: Readonly<Record<CircuitOutcome, readonly [closed: string, probed: string]>> = {
  failure: ['2 failures', 'open'],
  ignored: ['1 failures', 'half-open'],
  answers: ['1 failures', 'closed'],
  success: ['0 failures', 'closed'],
};

/** Calls the method twice: with the circuit closed, and as its probe. */
export async function see(cell: Cell, place: Place, library: Library, sdk: Sdk, ownLog = false): Promise<Seen> {
  const { row, method } = cell;
  const call = await observe(library, sdk, row, method, { standing: 'closed', ownLog: false });
  const probe = await observe(library, sdk, row, method, { standing: 'half-open', ownLog });
  return judge(row.expected, place.sdk, call, probe);
}

export function judge(expected: Outcome, sdk: Place['sdk'], call: Observation, probe: Observation): Seen {
  const got = typeof expected.got === 'string' ? expected.got : expected.got[sdk];
  const { words, least } = expected.takes;
  const outcomes = Object.keys(STANDS) as CircuitOutcome[];
  const circuit =
    outcomes.find((outcome) => STANDS[outcome][0] === call.circuit && STANDS[outcome][1] === probe.circuit) ??
    `${call.circuit} when closed, ${probe.circuit} as a probe`;
  const problems: string[] = [];
  const check = (what: string, wanted: unknown, came: unknown): void => {
    if (wanted !== came) problems.push(`${what}: expected ${String(wanted)}, got ${String(came)}`);
  };
  for (const [as, seen] of [
    ['', call],
    [' as a probe', probe],
  ] as const) {
    check(`kind${as}`, expected.kind, seen.kind);
    check(`requests${as}`, expected.requests, seen.requests);
    check(`attempts${as}`, expected.attempts ?? Math.max(1, expected.requests), seen.attempts);
    check(`the caller gets${as}`, got, seen.got);
    const late = seen.ms > least + SLACK_MS;
    // A timer may fire within the millisecond before its time.
    if (late || seen.ms < least - 2) problems.push(`time${as}: expected ${words} (${least} ms), took ${seen.ms} ms`);
    if (seen.leaks.length > 0) problems.push(`leaks${as}: ${seen.leaks.join(', ')}`);
    if (seen.open.length > 0) problems.push(`left open${as}: ${seen.open.join(', ')}`);
  }
  if (expected.gaveUp) check('the retry gives up because of', expected.gaveUp, call.gaveUp);
  check('circuit', expected.circuit, circuit);
  return { call, probe, problems };
}

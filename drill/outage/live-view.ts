import { createLogUpdate } from 'log-update';
import { paint } from '#lib/cli/terminal/paint.js';
import type { CircuitStateName } from 'holdfast';
import { type Phase, PHASES } from './scenario.js';
import type { Sides } from './sides.js';
import type { Tally } from './tally.js';
import type { View } from './view.js';

const REDRAW_MS = 100;
const BAR = 40;
/** How many lines the view has. */
export const LIVE_LINES = 10;
const LABEL = 12;
const CELL = 16;

const COLOURS = {
  closed: 'green',
  'half-open': 'yellow',
  open: 'red',
  isolated: 'red',
  'forced-closed': 'green',
} as const;

/** Whether standard output is a terminal with room for the view, whose lines can be drawn again and again. */
export function canRedraw(): boolean {
  const { isTTY, rows } = process.stdout;
  return isTTY === true && rows > LIVE_LINES && process.env.TERM !== 'dumb';
}

/** Redraws itself in place: phase, progress, circuit, and the counts of both sides. */
export function liveView({ holdfast, sdk }: Sides, durationMs: number, circuitNow: () => CircuitStateName): View {
  const draw = createLogUpdate(process.stdout);
  const startedAt = performance.now();
  let phase: Phase | undefined;
  const redraw = (): void => {
    if (phase) draw(frame(phase, performance.now() - startedAt, durationMs, circuitNow(), holdfast.tally, sdk.tally));
  };
  const timer = setInterval(redraw, REDRAW_MS);
  return {
    enter: (entered) => {
      phase = entered;
      redraw();
    },
    circuit: redraw,
    end: (cutShort) => {
      clearInterval(timer);
      if (!cutShort) draw.clear();
      draw.done();
    },
  };
}

/** The view at one moment. */
export function frame(
  phase: Phase,
  ms: number,
  durationMs: number,
  circuit: CircuitStateName,
  one: Tally,
  other: Tally,
): string {
  // The last callers may still wait after the last phase.
  const elapsed = Math.min(ms, durationMs);
  const filled = Math.round((elapsed / durationMs) * BAR);
  const [counts, otherCounts] = [one.total(), other.total()];
  const row = (label: string, value: string | number, otherValue: string | number): string =>
    `  ${label.padEnd(LABEL)}${String(value).padStart(CELL)}${String(otherValue).padStart(CELL)}`;
  const numbers = (['answered', 'fallback', 'failed', 'requests'] as const).map((key) => {
    return row(key, counts[key], key === 'fallback' ? '-' : otherCounts[key]);
  });
  return [
    `${paint('bold', phase.name)} (phase ${PHASES.indexOf(phase) + 1} of ${PHASES.length}): ${phase.description}`,
    `${'█'.repeat(filled)}${paint('dim', '░'.repeat(BAR - filled))} ${(elapsed / 1000).toFixed(1)} of ${durationMs / 1000} s`,
    '',
    paint('dim', row('', 'with holdfast', 'without')),
    // Padded before it is painted: escape codes take no column, but count as characters.
    row('circuit', circuit, '-').replace(circuit, paint(COLOURS[circuit], circuit)),
    ...numbers,
    row('waiting', one.waiting, other.waiting),
  ].join('\n');
}

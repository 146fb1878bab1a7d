import { SHOWN_MS, type Step } from './history.js';

const HEIGHT = 46;

/** Draws a column for each second of the last two minutes. From the top: succeeded, fallback, failed and refused. */
export function drawChart(canvas: HTMLCanvasElement, steps: readonly Step[], at: number): void {
  const colours = getComputedStyle(document.documentElement);
  const width = (canvas.width = canvas.clientWidth * devicePixelRatio);
  const height = (canvas.height = HEIGHT * devicePixelRatio);
  const context = canvas.getContext('2d');
  if (!context || width === 0) return;
  const most = Math.max(...steps.map(perSecond), 1);
  const column = (width * 1000) / SHOWN_MS;
  for (const step of steps) {
    const wide = Math.max(1, (width * step.ms) / SHOWN_MS - Math.min(1, column / 4));
    const left = width - ((at - step.at + step.ms) / SHOWN_MS) * width;
    const bad = step.failed + step.refused;
    let bottom = height;
    for (const [calls, colour] of [
      [bad, '--bad'],
      [step.fallback, '--warn'],
      [Math.max(0, step.ended - bad - step.fallback), '--bar'],
    ] as const) {
      const high = ((calls * 1000) / step.ms / most) * (height - 1);
      context.fillStyle = colours.getPropertyValue(colour);
      context.fillRect(left, bottom - high, wide, high);
      bottom -= high;
    }
  }
}

/** The highest number of calls per second. */
export function peakOf(steps: readonly Step[]): number {
  return Math.max(0, ...steps.map(perSecond));
}

function perSecond({ ended, ms }: Step): number {
  return (ended * 1000) / ms;
}

// What panels over the time have in common: their margins, and the times below.
import { timeOf } from './text.js';

const LEFT = 70;
const RIGHT = 12;
const TOP = 8;
const BOTTOM = 22;
/** The time between two labels, in seconds, for each label that fits. */
const STEPS = [5, 10, 20, 30, 60, 120, 300, 600];
const LABEL = 75;

export function frameOf({ width, height, times: { start, end } }) {
  const [left, right] = [LEFT, width - RIGHT];
  const x = (at) => left + ((at - start) / (end - start)) * (right - left);
  return { x, left, right, top: TOP, bottom: height - BOTTOM };
}

export function axis({ x, top, bottom, times: { start, end } }) {
  const fits = (x(end) - x(start)) / LABEL;
  const step = STEPS.find((step) => (end - start) / step <= fits) ?? STEPS.at(-1);
  const found = [];
  for (let at = Math.ceil(start / step) * step; at <= end; at += step)
    found.push(
      `<path class="grid" d="M${x(at)} ${top}V${bottom}"/><text class="x" x="${x(at)}" y="${bottom + 16}">${timeOf(at)}</text>`,
    );
  return found.join('');
}

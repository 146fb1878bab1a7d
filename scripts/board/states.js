// A panel of the type `state-timeline`: each series a row, equal values next to each other one block.
import { axis, frameOf } from './frame.js';
import { escaped } from './text.js';

const GAP = 6;

export function stateRows({ width, height, series, states, times }) {
  const { x, left, top, bottom } = frameOf({ width, height, times });
  const room = (bottom - top) / series.length;
  const rows = series.map(({ name, points }, i) => {
    const y = top + i * room + GAP / 2;
    const label = `<text class="y" x="${left - 6}" y="${y + room / 2}">${escaped(name)}</text>`;
    return (
      label +
      blocksOf(points, times)
        .map((block) => blockOf(block, { x, y, height: room - GAP, states }))
        .join('')
    );
  });
  return `<svg width="${width}" height="${height}">${axis({ x, top, bottom, times })}${rows.join('')}</svg>`;
}

function blocksOf(points, { step, end }) {
  const found = [];
  for (const [at, value] of points) {
    const last = found.at(-1);
    const until = Math.min(at + step, end);
    if (last?.value === value && at - last.until < step / 2) last.until = until;
    else found.push({ from: at, until, value });
  }
  return found;
}

function blockOf({ from, until, value }, { x, y, height, states }) {
  const { text, color } = states[value];
  const width = x(until) - x(from);
  const title =
    width > 7 * text.length + 8
      ? `<text class="state" x="${x(from) + 8}" y="${y + height / 2 + 4}">${text}</text>`
      : '';
  return `<rect class="${color}" x="${x(from)}" y="${y}" width="${width}" height="${height}" rx="2"/>${title}`;
}

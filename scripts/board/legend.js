// The names below a panel or beside it, as its option `legend` says.
import { escaped } from './text.js';
import { UNITS } from './units.js';

const ROW = 18;
/** How wide a letter of a legend is on average, and what stands around a name. */
const LETTER = 6.6;
const AROUND = 36;
const BESIDE = 180;
const PAD = 12;

/** Its HTML, and the room that it takes from the drawing. */
export function legendOf({ displayMode }, entries, { width, height, unit }) {
  if (displayMode === 'table') return { html: table(entries, UNITS[unit], height), below: 0, beside: BESIDE };
  let rows = 1;
  let x = 0;
  for (const { name } of entries) {
    const wide = name.length * LETTER + AROUND;
    if (x > 0 && x + wide > width - 2 * PAD) {
      rows += 1;
      x = 0;
    }
    x += wide;
  }
  const html = entries.map((entry) => `<li>${named(entry)}</li>`).join('');
  return { html: `<ul style="height:${rows * ROW + 8}px">${html}</ul>`, below: rows * ROW + 8, beside: 0 };
}

/** The names with their maximum, the highest first; those that find no room are left out, where Grafana scrolls. */
function table(entries, write, height) {
  const rows = entries
    .map((entry) => ({ ...entry, max: Math.max(...entry.points.map(([, value]) => value).filter(Number.isFinite)) }))
    .filter(({ max }) => Number.isFinite(max))
    .toSorted((a, b) => b.max - a.max)
    .slice(0, Math.floor(height / ROW) - 1)
    .map((entry) => `<tr><td>${named(entry)}<td>${escaped(write(entry.max))}`);
  return `<table style="width:${BESIDE - PAD}px"><tr><th>Name<th>Max${rows.join('')}</table>`;
}

function named({ name, color }) {
  return `<i style="background:${color}"></i>${escaped(name)}`;
}

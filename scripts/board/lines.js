// A panel of the type `timeseries`: each series a line over the time.
import { escaped } from './text.js';
import { axis, frameOf } from './frame.js';
import { ticks, UNITS } from './units.js';

export function lines({ width, height, series, unit, max, times, marks }) {
  const write = UNITS[unit];
  const seen = series.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
  const scale = ticks(max ?? (Math.max(...seen) || 1), height / 45);
  const most = max ?? scale.at(-1);
  const { x, left, right, top, bottom } = frameOf({ width, height, times });
  const y = (value) => bottom - (value / most) * (bottom - top);
  const parts = [
    ...scale.map(
      (value) =>
        `<path class="grid" d="M${left} ${y(value)}H${right}"/><text class="y" x="${left - 6}" y="${y(value) + 4}">${escaped(write(value))}</text>`,
    ),
    axis({ x, top, bottom, times }),
    ...marks.map(
      ({ at, color, title }) =>
        `<path class="mark" stroke="${color}" d="M${x(at)} ${top}V${bottom}"><title>${escaped(title)}</title></path>`,
    ),
    ...series.map(
      ({ points, color }) => `<path class="line" stroke="${color}" d="${pathOf(points, x, y, times.step)}"/>`,
    ),
  ];
  return `<svg width="${width}" height="${height}">${parts.join('')}</svg>`;
}

/** Where there is no value, there is no line; a value alone is a dot. */
function pathOf(points, x, y, step) {
  let last = Number.NEGATIVE_INFINITY;
  return points
    .filter(([, value]) => Number.isFinite(value))
    .map(([at, value]) => {
      const to = `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      const part = at - last > 1.5 * step ? `M${to}h.1L${to}` : `L${to}`;
      last = at;
      return part;
    })
    .join('');
}

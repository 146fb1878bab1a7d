// Small multiples as SVG, written by hand: one panel a client, time from left to right.

const PANEL = { width: 250, height: 120, left: 34, top: 22, gapX: 14, gapY: 34 };
const COLUMNS = 3;
const BIN_MS = 1000;
/** Above this the line leaves its panel: three times the load is what retries can make of it. */
const MOST_PER_SECOND = 320;

const COLOURS = {
  ink: '#333',
  faint: '#999',
  outage: '#f6dada',
  brownout: '#fbf1d9',
  requests: '#b0b0b0',
  useful: '#1a7f37',
};

/**
 * Useful answers a second, at the moment they came, and requests a second that the upstream got.
 *
 * @param {readonly { name: string, replayed: import('./replay.js').Replayed }[]} clients
 * @param {import('./scenario.js').Scenario} scenario
 * @param {number} columns
 */
export function plot(clients, scenario, columns = COLUMNS) {
  const rows = Math.ceil(clients.length / columns);
  const width = columns * (PANEL.left + PANEL.width + PANEL.gapX);
  const height = rows * (PANEL.top + PANEL.height + PANEL.gapY) + 20;
  const panels = clients.map((client, at) => {
    const x = (at % columns) * (PANEL.left + PANEL.width + PANEL.gapX) + PANEL.left;
    const y = Math.floor(at / columns) * (PANEL.top + PANEL.height + PANEL.gapY) + PANEL.top;
    return `<g transform="translate(${x} ${y})">${panel(client, scenario)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...panels,
    legend(width / 2 - 170, height - 10),
    '</svg>\n',
  ].join('\n');
}

function panel({ name, replayed }, { brownoutFrom, outageFrom, outageTo, endsAt }) {
  const { width, height } = PANEL;
  const x = (ms) => round((ms / endsAt) * width);
  const y = (perSecond) => round(height - (Math.min(perSecond, MOST_PER_SECOND) / MOST_PER_SECOND) * height);
  const band = (from, to, fill) =>
    `<rect x="${x(from)}" width="${round(x(to) - x(from))}" height="${height}" fill="${fill}"/>`;
  const line = (moments, stroke) => {
    const points = perSecond(moments, endsAt).map((count, bin) => `${x((bin + 0.5) * BIN_MS)},${y(count)}`);
    return `<polyline fill="none" stroke="${stroke}" stroke-width="1.5" points="${points.join(' ')}"/>`;
  };
  const mark = (value) =>
    `<text x="-4" y="${y(value) + 4}" text-anchor="end" fill="${COLOURS.faint}">${value}</text>` +
    `<path d="M0 ${y(value)}h${width}" stroke="#e4e4e4"/>`;
  const useful = replayed.calls.filter(({ isUseful }) => isUseful).map(({ settledAt }) => settledAt);
  return [
    band(brownoutFrom, outageFrom, COLOURS.brownout),
    band(outageFrom, outageTo, COLOURS.outage),
    [0, 100, 200, 300].map(mark).join(''),
    line(
      replayed.requests.map(({ at }) => at),
      COLOURS.requests,
    ),
    line(useful, COLOURS.useful),
    `<text y="-7" font-weight="bold" fill="${COLOURS.ink}">${name}</text>`,
    `<text y="${height + 14}" fill="${COLOURS.faint}">0 s</text>`,
    `<text x="${width}" y="${height + 14}" text-anchor="end" fill="${COLOURS.faint}">${Math.round(endsAt / 1000)} s</text>`,
  ].join('\n');
}

function perSecond(moments, endsAt) {
  const counts = new Array(Math.floor(endsAt / BIN_MS)).fill(0);
  for (const at of moments) {
    const bin = Math.floor(at / BIN_MS);
    if (bin < counts.length) counts[bin] += 1;
  }
  return counts;
}

function legend(x, y) {
  const entry = (at, colour, text) =>
    `<rect x="${x + at}" y="${y - 8}" width="14" height="9" fill="${colour}"/>` +
    `<text x="${x + at + 19}" y="${y}" fill="${COLOURS.ink}">${text}</text>`;
  return [
    entry(0, COLOURS.useful, 'useful answers a second'),
    entry(160, COLOURS.requests, 'requests a second'),
    entry(285, COLOURS.brownout, 'brownout'),
    entry(360, COLOURS.outage, 'outage'),
  ].join('\n');
}

const round = (value) => Math.round(value * 10) / 10;

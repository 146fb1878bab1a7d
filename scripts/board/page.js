// The board as a page: each panel at its place, with the answers of a Prometheus.
import { colorsOf, NAMED } from './colors.js';
import { legendOf } from './legend.js';
import { lines } from './lines.js';
import { stateRows } from './states.js';
import { escaped, timeOf } from './text.js';

const COLUMNS = 24;
/** As Grafana has it: the height of a row of the grid, and the gap between panels. */
const ROW = 30;
const GAP = 8;
const PAD = 16;
const HEAD = 34;

/** Draws a panel of a type. */
export const TYPES = { timeseries: lines, 'state-timeline': stateRows };

export function pageOf(board, { series, marks }, times, width) {
  const column = (width - 2 * PAD - (COLUMNS - 1) * GAP) / COLUMNS;
  const panels = board.panels.map((panel) => {
    const { w, h } = panel.gridPos;
    const size = { width: w * column + (w - 1) * GAP, height: h * ROW + (h - 1) * GAP };
    return panelOf(panel, series.get(panel.id), { size, marks, times });
  });
  const asked = board.templating.list.map(
    ({ label, type }) => `<span>${escaped(label)}</span><b>${type === 'datasource' ? 'Prometheus' : 'All'}</b>`,
  );
  const notes = board.annotations.list.map(
    ({ name, iconColor }) => `<i style="background:${NAMED[iconColor]}"></i>${escaped(name)}`,
  );
  return `<!doctype html><meta charset="utf-8"><title>${escaped(board.title)}</title><style>${style(column)}</style>
<header><h1>${escaped(board.title)}</h1>${asked.join('')}${notes.join('')}
<time>${timeOf(times.start)} to ${timeOf(times.end)} UTC</time></header><main>${panels.join('')}</main>`;
}

function panelOf(panel, series, { size, marks, times }) {
  const { title, description, type, gridPos, fieldConfig, options } = panel;
  const { unit, max, mappings: [{ options: states } = {}] = [] } = fieldConfig.defaults;
  const colored = colorsOf(series, fieldConfig);
  const entries = states ? Object.values(states).map((one) => ({ name: one.text, color: NAMED[one.color] })) : colored;
  const room = { width: size.width, height: size.height - HEAD };
  const { html, below, beside } = legendOf(options.legend, entries, { ...room, unit });
  const drawing = {
    ...{ width: room.width - beside, height: room.height - below, series: colored, unit, max, states, times },
    marks: marks.map((mark) => ({ ...mark, color: NAMED[mark.color] })),
  };
  const about = description ? `<abbr title="${escaped(description)}">i</abbr>` : '';
  const { x, y, w, h } = gridPos;
  return `<section style="grid-area:${y + 1}/${x + 1}/span ${h}/span ${w}"><h2>${escaped(title)}${about}</h2>${
    colored.length > 0 ? TYPES[type](drawing) + html : '<p>No data</p>'
  }</section>`;
}

const style = (column) => `
* { box-sizing: border-box; margin: 0 }
body { background: #111217; color: #ccccdc; font: 12px/1.4 Inter, "DejaVu Sans", sans-serif; padding: ${PAD}px }
header { display: flex; gap: 8px; align-items: center; margin-bottom: 12px }
header b { background: #22252b; border-radius: 2px; padding: 4px 10px; font-weight: 400; margin-right: 8px }
header i { height: 12px; width: 2px }
h1 { font-size: 18px; font-weight: 500; margin-right: 12px }
time { margin-left: auto }
main { display: grid; grid-template-columns: repeat(${COLUMNS}, ${column}px); grid-auto-rows: ${ROW}px; gap: ${GAP}px }
section { background: #181b1f; border: 1px solid #25272e; border-radius: 2px; position: relative; overflow: hidden }
h2 { font-size: 13px; font-weight: 500; height: ${HEAD}px; padding: 8px 12px }
abbr { border: 1px solid #6e7077; border-radius: 50%; color: #9a9ca5; font-size: 9px; margin-left: 8px; padding: 0 5px }
p { color: #9a9ca5; font-size: 16px; padding-top: 50px; text-align: center }
ul { bottom: 0; display: flex; flex-wrap: wrap; left: 12px; list-style: none; padding: 0; position: absolute; right: 12px }
li { height: 18px; margin-right: 16px; white-space: nowrap }
li i, td i { border-radius: 2px; display: inline-block; height: 4px; margin: 0 6px 3px 0; width: 14px }
table { border-spacing: 0; line-height: 18px; white-space: nowrap; position: absolute; right: 12px; top: ${HEAD}px }
th { color: #9a9ca5; font-weight: 400; text-align: left }
th + th, td + td { text-align: right }
svg { display: block }
text { fill: #a5a7b0; font-size: 11px }
.x { text-anchor: middle }
.y { text-anchor: end }
.state { fill: #111217; font-size: 12px }
.grid { shape-rendering: crispEdges; stroke: #2b2e35 }
.line { fill: none; stroke-width: 1.5; stroke-linejoin: round }
.mark { stroke-dasharray: 4 3; opacity: .8 }
${Object.entries(NAMED)
  .map(([name, color]) => `rect.${name} { fill: ${color} }`)
  .join('\n')}
`;

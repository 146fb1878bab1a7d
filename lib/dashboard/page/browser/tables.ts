import type { Inspection } from '../../../runtime/inspection.js';
import type { Settings, State } from '../../state.js';
import { $, type Cell, el, MOST_SHOWN, row } from './dom.js';
import { rate, seconds, share } from './format.js';
import { FAILING, type Method } from './model.js';

/** With more attempts per call than this, the number is marked as bad. */
const AMPLIFIED = 1.5;

export function drawMethods(methods: readonly Method[]): void {
  const sorted = methods.toSorted(
    (a, b) => b.rates.failed - a.rates.failed || b.rates.ended - a.rates.ended || (a.name < b.name ? -1 : 1),
  );
  $('methods').replaceChildren(...sorted.slice(0, MOST_SHOWN).map((one) => row(cellsOf(one))));
}

function cellsOf({ name, rates, active, recovered, hedges, bulkhead, tokens }: Method): Cell[] {
  const failing = rates.ended > 0 ? rates.failed / rates.ended : 0;
  const attempts = rates.ended > 0 ? rates.attempts / rates.ended : 0;
  return [
    { text: name },
    { text: rate(rates.ended) },
    marked(share(failing), failing >= FAILING),
    marked(rate(rates.refused), rates.refused > 0),
    { text: rate(rates.fallback) },
    { text: rate(rates.retries) },
    marked(rates.ended > 0 ? `${attempts.toFixed(2)}×` : '–', attempts > AMPLIFIED),
    { text: String(active) },
    { text: String(recovered) },
    { text: hedges.started > 0 ? `${hedges.won}/${hedges.started}` : '–' },
    bulkhead
      ? marked(
          `${bulkhead.running}/${bulkhead.limit}${bulkhead.queued > 0 ? ` +${bulkhead.queued}` : ''}`,
          bulkhead.running >= bulkhead.limit,
        )
      : { text: '–' },
    marked(String(Math.floor(tokens)), tokens < 1),
  ];
}

function marked(text: string, isBad: boolean): Cell {
  return isBad ? { text, className: 'bad' } : { text };
}

export function drawLimits(inspections: readonly Inspection[]): void {
  const line = (kind: string, name: string, ...facts: (HTMLElement | string)[]): HTMLElement =>
    el('li', '', el('span', 'quiet', kind), el('b', '', name), ...facts.map((one) => el('span', '', one)));
  const lines = inspections.flatMap(({ gates, bulkheads, limiters }) => [
    ...gates.map(({ gate, closedForMs, pacePerS, waiting, closings }) =>
      line(
        'gate',
        gate,
        closedForMs > 0 ? el('b', 'bad', `closed for ${seconds(closedForMs)}`) : 'open',
        ...(pacePerS === undefined ? [] : [`paced to ${rate(pacePerS)}/s`]),
        `${waiting} waiting`,
        `closed ${closings}× so far`,
      ),
    ),
    ...bulkheads.map(({ bulkhead, limit, running, queued, abandoned }) =>
      line(
        'bulkhead',
        bulkhead,
        el('span', running >= limit ? 'bad' : '', `${running}/${limit} running`),
        `${queued} queued`,
        ...(abandoned > 0 ? [`${abandoned} abandoned`] : []),
      ),
    ),
    ...limiters.map(({ limiter, waiting, refused, retryAfterMs }) =>
      line(
        'limit',
        limiter,
        `${waiting} waiting`,
        `${refused} refused so far`,
        ...(retryAfterMs > 0 ? [`room in ${seconds(retryAfterMs)}`] : []),
      ),
    ),
  ]);
  $('limits').replaceChildren(...lines.slice(0, MOST_SHOWN));
}

let shown = '';

/** Redraws the settings only if they have changed. Open details stay open. */
export function drawSettings(states: readonly State[]): void {
  const settings = Object.assign({}, ...states.map((one) => one.settings)) as Settings;
  const text = JSON.stringify(settings);
  if (text === shown) return;
  shown = text;
  const opened = new Set([...$('settings').querySelectorAll('details[open] summary')].map((one) => one.textContent));
  $('settings').replaceChildren(
    ...Object.entries(settings)
      .slice(0, MOST_SHOWN)
      .map(([method, policies]) => {
        const rows = policies.flatMap(({ policy, settings }) =>
          Object.entries(settings).map(([key, { value, source }]) =>
            row([
              { text: `@${policy}() ${key}` },
              { text: value === null ? 'off' : typeof value === 'string' ? value : JSON.stringify(value) },
              { text: `from ${source}`, className: 'quiet' },
            ]),
          ),
        );
        const details = el('details', '', el('summary', '', method), el('table', '', el('tbody', '', ...rows)));
        details.open = opened.has(method);
        return details;
      }),
  );
}

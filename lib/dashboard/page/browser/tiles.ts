import { drawChart, peakOf } from './chart.js';
import type { Controls } from './controls.js';
import { $, el, fact, Parts } from './dom.js';
import { rate, seconds, share } from './format.js';
import { type Circuit, FAILING, STATES } from './model.js';

interface Tile {
  readonly root: HTMLElement;
  readonly state: HTMLElement;
  readonly pie: HTMLElement;
  readonly rate: HTMLElement;
  readonly degraded: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly facts: HTMLElement;
  readonly more: HTMLElement;
}

interface Shown {
  readonly circuit: Circuit;
  /** The highest rate of calls among all circuits. */
  readonly most: number;
  readonly at: number;
}

const PIE = 44;
const LEAST_PIE = 12;

/** Shows a tile for each circuit. */
export class Tiles {
  readonly #parts: Parts<Shown, Tile>;

  constructor(controls: Controls) {
    this.#parts = new Parts($('circuits'), (name) => make(name, controls), update);
  }

  /** @param circuits in the order of display */
  draw(circuits: readonly Circuit[], at: number): void {
    const most = Math.max(...circuits.map(({ rates }) => rates.ended), 1);
    this.#parts.draw(circuits.map((circuit) => [circuit.name, { circuit, most, at }]));
  }

  /** Scrolls to a tile and gives it the keyboard focus. */
  focus(name: string): void {
    const root = this.#parts.rootOf(name);
    root?.scrollIntoView({ block: 'center' });
    root?.focus();
  }
}

/** The urgency of a circuit: those with a higher value are shown first. */
export function trouble({ state, degraded, rates }: Circuit): number {
  return STATES.indexOf(state === 'isolated' ? 'open' : state) * 10 + degraded * 9 + Math.min(1, rates.ended / 10_000);
}

function make(name: string, controls: Controls): Tile {
  const part = {
    root: el('article', 'tile'),
    state: el('span', 'state'),
    pie: el('i'),
    rate: el('b'),
    degraded: el('b'),
    canvas: el('canvas'),
    facts: el('div', 'facts'),
    more: el('div', 'facts'),
  };
  const title = el('span', 'name', name);
  title.title = name;
  part.root.tabIndex = -1;
  part.root.setAttribute('aria-label', name);
  part.canvas.setAttribute('role', 'img');
  const pie = el('span', 'pie', part.pie);
  pie.title = 'the size is the traffic, the colours are how calls ended';
  const degraded = el('span', '', part.degraded, 'degraded');
  degraded.title = 'calls that failed, were refused, or were answered by the fallback';
  part.root.append(
    el('div', 'top', title, part.state),
    el('div', 'big', pie, el('span', '', part.rate, 'calls/s'), degraded),
    part.canvas,
    part.facts,
    part.more,
    ...controls.buttonsFor(name),
  );
  return part;
}

function update(tile: Tile, { circuit, most, at }: Shown): void {
  const { state, rates, degraded, steps } = circuit;
  const isFailing = state === 'closed' && degraded >= FAILING;
  tile.root.className = `tile ${state}${isFailing ? ' failing' : ''}`;
  tile.state.textContent = [
    state,
    ...(circuit.isShadow ? ['(shadow)'] : []),
    ...(circuit.processes > 1 ? [`${circuit.there}/${circuit.processes}`] : []),
  ].join(' ');
  tile.rate.textContent = rate(rates.ended);
  tile.degraded.textContent = share(degraded);
  tile.degraded.className = degraded >= FAILING ? 'bad' : '';
  drawPie(tile.pie, circuit, most);
  drawChart(tile.canvas, steps, at);
  tile.canvas.setAttribute('aria-label', `calls of the last two minutes, at most ${rate(peakOf(steps))} a second`);
  tile.facts.replaceChildren(
    fact('failed/s', rate(rates.failed), rates.failed > 0 ? 'bad' : ''),
    fact('refused/s', rate(rates.refused), rates.refused > 0 ? 'bad' : ''),
    fact('fallback/s', rate(rates.fallback)),
    fact('retried/s', rate(rates.retries)),
    ...(circuit.key === undefined ? [] : [el('span', '', '(of all keys)')]),
  );
  tile.more.replaceChildren(...moreFacts(circuit));
}

function moreFacts({ state, retryAfterMs, reason, openings, recent, tokens, keys, fleet }: Circuit): HTMLElement[] {
  return [
    ...(state === 'open' ? [fact('probe in', seconds(retryAfterMs ?? 0))] : []),
    ...(reason === undefined ? [] : [fact('reason', reason)]),
    ...(fleet && (fleet.votes > 0 || fleet.state !== 'closed')
      ? [fact('fleet', `${fleet.state}, ${fleet.votes}/${fleet.present} vote to open`)]
      : []),
    ...(openings > 0
      ? [fact('opened', recent === openings ? `${recent}× in 2 min` : `${openings}×, ${recent}× in 2 min`)]
      : []),
    fact('retry budget', `${Math.floor(tokens)}`, tokens < 1 ? 'bad' : ''),
    ...(keys === '' ? [] : [fact('keys', keys)]),
  ];
}

/** Draws the pie. Its area shows the rate of calls. */
function drawPie(pie: HTMLElement, { rates }: Circuit, most: number): void {
  const size = rates.ended === 0 ? LEAST_PIE / 2 : Math.max(LEAST_PIE, PIE * Math.sqrt(rates.ended / most));
  const bad = rates.ended === 0 ? 0 : ((rates.failed + rates.refused) / rates.ended) * 100;
  const warned = rates.ended === 0 ? 0 : bad + (rates.fallback / rates.ended) * 100;
  pie.style.width = pie.style.height = `${size}px`;
  pie.style.background = `conic-gradient(var(--bad) 0 ${bad}%, var(--warn) 0 ${warned}%, var(--bar) 0)`;
}

import { $, el } from './dom.js';
import { time } from './format.js';

/** An event in the stream, with the fields of the log. */
export interface Told {
  readonly at: number;
  readonly level: string;
  readonly message: string;
  readonly source: string;
  /** The number of events with equal fields. */
  readonly times: number;
  readonly [field: string]: unknown;
}

interface Line {
  /** The first one of these events. */
  readonly told: Told;
  readonly key: string;
  count: number;
}

const KEPT = 500;
const SHOWN = 100;
/** An event is added to one of the newest lines if their fields are equal and the line is recent. */
const ALIKE = 8;
const ALIKE_MS = 10_000;
/** Events with the same values in these fields share a line. */
const IDENTITY = ['message', 'method', 'circuit', 'kind', 'state', 'reason', 'source'];

/** The newest events. */
export class Events {
  #lines: Line[] = [];
  #isDue = false;

  constructor() {
    $('filter').oninput = $('all').onchange = () => this.#draw();
  }

  add(told: Told): void {
    const key = JSON.stringify(IDENTITY.map((field) => told[field]));
    const found = this.#lines.slice(0, ALIKE).find((one) => one.key === key && told.at - one.told.at < ALIKE_MS);
    if (found) found.count += told.times;
    else this.#lines = [{ told, key, count: told.times }, ...this.#lines].slice(0, KEPT);
    // Many events may arrive at once: draw them together.
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => this.#draw(), 200);
  }

  #draw(): void {
    this.#isDue = false;
    const filter = $<HTMLInputElement>('filter').value.toLowerCase();
    const isAll = $<HTMLInputElement>('all').checked;
    const shown = this.#lines.filter(
      ({ told, key }) =>
        (isAll || told.level !== 'debug') &&
        (filter === '' || key.toLowerCase().includes(filter) || told.level === filter),
    );
    $('events').replaceChildren(...shown.slice(0, SHOWN).map(lineOf));
  }
}

/** Fields whose values are shown without a label, in the order of display. */
const PLAIN = ['circuit', 'method', 'kind', 'errorName', 'code', 'errno'];
const LEFT_OUT = new Set([...PLAIN, 'elapsedMs', 'maxAttempts']);

function lineOf({ told: { at, level, message, source: _source, times: _times, ...facts }, count }: Line): HTMLElement {
  const plain = PLAIN.flatMap((name) => (facts[name] === undefined ? [] : textOf(facts[name])));
  const labelled = Object.entries(facts).flatMap(([name, value]) =>
    LEFT_OUT.has(name) ? [] : `${name} ${textOf(value)}`,
  );
  return el(
    'li',
    level,
    el('time', 'quiet', time(at)),
    el('span', 'what', message),
    el('span', 'quiet', count > 1 ? `×${count}` : ''),
    el('span', 'rest', [...plain, ...labelled].join(' · ')),
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

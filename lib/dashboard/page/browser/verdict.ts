import type { GateStats } from '../../../runtime/inspection.js';
import { $, el, Parts } from './dom.js';
import { count, seconds, share } from './format.js';
import { type Circuit, FAILING, type Fleet, type Method } from './model.js';

type Level = 'good' | 'warn' | 'held' | 'bad';

interface Trouble {
  readonly level: Level;
  readonly text: string;
  /** The affected circuit. */
  readonly circuit?: string;
}

/** The data for the verdict. */
export interface Scene {
  readonly circuits: readonly Circuit[];
  readonly methods: readonly Method[];
  readonly fleets: readonly Fleet[];
  readonly gates: readonly GateStats[];
}

const LEVELS: readonly Level[] = ['good', 'warn', 'held', 'bad'];
const MOST = 6;

interface Chip {
  readonly root: HTMLElement;
  readonly button: HTMLButtonElement;
}

/** The first line of the page: a summary and the current problems. */
export class Verdict {
  readonly #chips: Parts<Trouble, Chip>;

  /** @param show scrolls to a circuit */
  constructor(show: (circuit: string) => void) {
    this.#chips = new Parts<Trouble, Chip>(
      $('troubles'),
      () => {
        const button = el('button');
        return { root: el('li', '', button), button };
      },
      ({ button }, { text, circuit }) => {
        if (button.textContent !== text) button.textContent = text;
        button.disabled = circuit === undefined;
        button.onclick = () => circuit !== undefined && show(circuit);
      },
    );
  }

  draw(scene: Scene): void {
    const troubles = troublesIn(scene).toSorted((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
    const shown = troubles.slice(0, MOST);
    const left = troubles.length - shown.length;
    if (left > 0) shown.push({ level: 'warn', text: `and ${left} more` });
    this.#chips.draw(
      shown.map((one, i) => [`${one.circuit ?? ''} ${one.level} ${one.circuit === undefined ? i : ''}`, one]),
    );
    const level = troubles[0]?.level ?? (scene.circuits.length + scene.methods.length > 0 ? 'good' : '');
    $('verdict').dataset.level = level;
    const text = summaryOf(scene.circuits, troubles.length);
    if ($('summary').textContent !== text) $('summary').textContent = text;
    const open = scene.circuits.filter(({ state }) => state === 'open').length;
    document.title = open > 0 ? `(${open} open) holdfast` : 'holdfast';
  }
}

function summaryOf(circuits: readonly Circuit[], troubles: number): string {
  const all = count(circuits.length, 'circuit');
  const moved = circuits.filter(({ state }) => state !== 'closed' && state !== 'forced-closed');
  const [first] = moved;
  if (first && moved.length === 1) return `${first.name} is ${first.state} (1 of ${all})`;
  if (first) return `${numbersOf(moved)} of ${all}`;
  if (troubles > 0) return `${count(troubles, 'warning')}, no circuit is open`;
  return circuits.length > 0 ? `All is well: ${all} closed` : 'Nothing to see yet';
}

function numbersOf(circuits: readonly Circuit[]): string {
  const numbers = (['open', 'isolated', 'half-open'] as const).map((state) => {
    return [state, circuits.filter((one) => one.state === state).length] as const;
  });
  return numbers.flatMap(([state, n]) => (n > 0 ? `${n} ${state}` : [])).join(', ');
}

function troublesIn({ circuits, methods, fleets, gates }: Scene): Trouble[] {
  return [
    ...circuits.flatMap((one) => troubleOf(one) ?? []),
    ...fleets.flatMap(({ name, isConnected }): Trouble[] =>
      isConnected ? [] : [{ level: 'warn', text: `store of fleet ${name} does not answer` }],
    ),
    ...gates.flatMap(({ gate, closedForMs, waiting }): Trouble[] =>
      closedForMs > 0 ? [{ level: 'warn', text: `gate ${gate} closed ${seconds(closedForMs)}, ${waiting} wait` }] : [],
    ),
    ...methods.flatMap(({ name, bulkhead, tokens }): Trouble[] => [
      ...(bulkhead && bulkhead.running >= bulkhead.limit && bulkhead.queued > 0
        ? [{ level: 'warn', text: `${name}: bulkhead full, ${bulkhead.queued} queued` } as const]
        : []),
      ...(tokens < 1 ? [{ level: 'warn', text: `${name}: no retries left` } as const] : []),
    ]),
  ];
}

function troubleOf({ name, state, retryAfterMs, reason, degraded, recent }: Circuit): Trouble | undefined {
  const again = recent > 1 ? `, opened ${recent}× in 2 min` : '';
  switch (state) {
    case 'open':
      return { level: 'bad', text: `${name}: open, probe in ${seconds(retryAfterMs ?? 0)}${again}`, circuit: name };
    case 'isolated':
      return { level: 'held', text: `${name}: isolated${reason === undefined ? '' : `, ${reason}`}`, circuit: name };
    case 'half-open':
      return { level: 'bad', text: `${name}: open, probing${again}`, circuit: name };
    case 'forced-closed':
      return { level: 'warn', text: `${name}: forced closed`, circuit: name };
    case 'closed':
      if (degraded < FAILING && recent === 0) return undefined;
      return {
        level: 'warn',
        text: `${name}: closed, ${share(degraded)} degraded${recent > 0 ? `, opened ${recent}× in 2 min` : ''}`,
        circuit: name,
      };
  }
}

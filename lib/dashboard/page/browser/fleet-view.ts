import type { FleetCircuit } from '../../../runtime/fleets.js';
import type { Controls } from './controls.js';
import { $, el, Parts } from './dom.js';
import { seconds } from './format.js';
import type { Circuit, Fleet } from './model.js';

interface Row {
  readonly root: HTMLElement;
  readonly cells: readonly HTMLElement[];
  readonly acts: HTMLElement;
}

interface Shown {
  readonly circuit: FleetCircuit;
  /** True if a process uses the circuit. Its buttons are then in its tile. */
  readonly hasTile: boolean;
}

/** The circuits of the fleets that the processes have joined. */
export class FleetView {
  readonly #rows: Parts<Shown, Row>;

  constructor(controls: Controls) {
    this.#rows = new Parts<Shown, Row>(
      $('fleet-rows'),
      (key) => {
        const name = key.slice(key.indexOf('\n') + 1);
        const head = el('th', '', name);
        head.scope = 'row';
        const state = el('span', 'state');
        const [members, votes, trips, probe, why] = [el('td'), el('td'), el('td'), el('td'), el('td', 'text')];
        const stateCell = el('td', '', state);
        const acts = el('td', '', ...controls.buttonsFor(name));
        const root = el('tr', '', head, stateCell, members, votes, trips, probe, why, acts);
        return { root, cells: [state, members, votes, trips, probe, why], acts };
      },
      ({ root, cells, acts }, { circuit: { state, present, votes, trips, openInMs, why }, hasTile }) => {
        root.className = state;
        const texts = [state, present, votes, trips, state === 'open' ? seconds(openInMs ?? 0) : '–', why];
        for (const [i, cell] of cells.entries()) cell.textContent = String(texts[i]);
        for (const child of acts.children) (child as HTMLElement).hidden = hasTile;
      },
    );
  }

  draw(fleets: readonly Fleet[], circuits: readonly Circuit[]): void {
    const here = new Set(circuits.map(({ name }) => name));
    $('fleet').hidden = fleets.length === 0;
    $('fleets').replaceChildren(
      ...fleets.map(({ name, isConnected }) =>
        isConnected
          ? el('span', '', `${name}: these processes open and close their circuits together. `)
          : el('b', 'bad', `${name}: the store does not answer, every process acts alone. The values are old. `),
      ),
    );
    this.#rows.draw(
      fleets.flatMap(({ name, circuits }) =>
        circuits.map((circuit) => [`${name}\n${circuit.name}`, { circuit, hasTile: here.has(circuit.name) }] as const),
      ),
    );
  }
}

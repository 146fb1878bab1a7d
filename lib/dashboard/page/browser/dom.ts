// Names are always added to the page as text, never as markup.

/** Returns an element of the page by its id. */
export function $<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** So many tiles, rows or lines of a kind are shown at most: a browser cannot redraw thousands each second. */
export const MOST_SHOWN = 100;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...content: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

/** A label with its value, as in `refused/s 25`. */
export function fact(label: string, value: string, className = ''): HTMLElement {
  return el('span', '', `${label} `, el('b', className, value));
}

export interface Cell {
  readonly text: string;
  readonly className?: string;
}

export function row(cells: readonly Cell[]): HTMLTableRowElement {
  const made = el('tr');
  for (const [i, { text, className }] of cells.entries()) {
    const cell = made.appendChild(el(i === 0 ? 'th' : 'td', className, text));
    if (cell.tagName === 'TH') cell.setAttribute('scope', 'row');
  }
  return made;
}

/** The items of a list that is redrawn often. Each item keeps its element, so that it keeps the focus. */
export class Parts<T, P extends { readonly root: HTMLElement }> {
  readonly #parts = new Map<string, P>();
  readonly #box: HTMLElement;
  readonly #make: (key: string) => P;
  readonly #update: (part: P, item: T) => void;

  constructor(box: HTMLElement, make: (key: string) => P, update: (part: P, item: T) => void) {
    this.#box = box;
    this.#make = make;
    this.#update = update;
  }

  /** @param items in the order of display, each with a unique key */
  draw(items: readonly (readonly [key: string, item: T])[]): void {
    const keys = new Set(items.map(([key]) => key));
    for (const [key, { root }] of this.#parts)
      if (!keys.has(key)) {
        root.remove();
        this.#parts.delete(key);
      }
    const roots = items.map(([key, item]) => {
      const part = this.#parts.get(key) ?? this.#make(key);
      this.#parts.set(key, part);
      this.#update(part, item);
      return part.root;
    });
    if (roots.every((root, i) => this.#box.children[i] === root)) return;
    const focused = document.activeElement;
    this.#box.append(...roots);
    if (focused instanceof HTMLElement && this.#box.contains(focused)) focused.focus({ preventScroll: true });
  }

  rootOf(key: string): HTMLElement | undefined {
    return this.#parts.get(key)?.root;
  }
}

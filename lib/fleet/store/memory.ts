import { emptySlot, type Slot } from '../protocol/slot.js';
import { apply, type StepResult } from '../protocol/step.js';

const LISTED_MS = 7 * 86_400_000;

/** A store in memory that follows the rules of the script. The caller passes the time. */
export class FleetMemory {
  readonly #slots = new Map<string, Slot>();
  readonly #indexes = new Map<string, Map<string, number>>();

  /**
   * Runs one operation as the script does.
   * @param keys the keys of the script
   * @param args the arguments of the script
   * @param now the store's time in milliseconds
   */
  run([key = '']: readonly string[], args: readonly string[], now: number): StepResult {
    const [op, , , notAfter = '0', , ...names] = args;
    if (op === 'list') return { reply: this.#list(key, now), messages: [] };
    if (op === 'enlist') {
      if (now > Number(notAfter)) return { reply: ['late'], messages: [] };
      this.#enlist(key, names, now);
      return { reply: ['enlisted'], messages: [] };
    }
    let slot = this.#slots.get(key);
    if (!slot) this.#slots.set(key, (slot = emptySlot()));
    return apply(slot, args, now);
  }

  /** Deletes everything. */
  flush(): void {
    this.#slots.clear();
    this.#indexes.clear();
  }

  #list(key: string, now: number): string[] {
    return [...(this.#indexes.get(key) ?? [])]
      .filter(([, seen]) => seen >= now - LISTED_MS)
      .sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1))
      .map(([name]) => name);
  }

  #enlist(key: string, names: readonly string[], now: number): void {
    const index = this.#indexes.get(key) ?? new Map<string, number>();
    for (const [name, seen] of index) if (seen <= now - LISTED_MS) index.delete(name);
    for (const name of names) index.set(name, now);
    this.#indexes.set(key, index);
  }
}

import { ConfigurationError } from '../../core/errors.js';
import type { SavedBatch, SavedCircuit, SavedState, SavedWindow } from './saved.js';

// Checks saved state before a circuit uses it: a wrong value must not break the circuit.

const REASONS = ['failures', 'failure-rate', 'slow-call-rate', 'probe'] as const;
const MAX_WINDOWS = 16;
const MAX_BATCHES = 16;
const MAX_CALLS = 100_000;
const MAX_SHARES = 100;
/** The longest duration that is accepted: a year, longer than any useful recovery or window. */
const MAX_MS = 366 * 24 * 3600 * 1000;

/**
 * Reads what `toJSON()` returned, after it was stored.
 * @throws {ConfigurationError} with every problem; the messages hold names, numbers and kinds of values only
 */
export function readSaved(given: unknown, where = 'restore'): SavedCircuit {
  const reader = new Reader(where);
  const saved = reader.saved(plain(given));
  if (reader.problems.length > 0 || !saved) throw new ConfigurationError(reader.problems);
  return saved;
}

/** A copy without getters, prototypes and cycles; undefined for anything that is not plain JSON. */
function plain(given: unknown): unknown {
  try {
    return typeof given === 'object' ? JSON.parse(JSON.stringify(given)) : given;
  } catch {
    return undefined;
  }
}

type Raw = Readonly<Record<string, unknown>>;

class Reader {
  readonly problems: string[] = [];

  constructor(readonly where: string) {}

  saved(value: unknown): SavedCircuit | undefined {
    if (typeof value === 'string') {
      this.problem('', 'the object that toJSON() gave', 'a string; write restore(JSON.parse(text))');
      return undefined;
    }
    if (!isObject(value)) {
      this.problem('', 'the plain JSON object that toJSON() gave', kindOf(value));
      return undefined;
    }
    if (value.version !== 1) this.problem('version', '1', kindOf(value.version));
    const savedAt = this.#number(value, 'savedAt', '', 0, Number.MAX_SAFE_INTEGER);
    const state = this.#state(value.state);
    const windows = this.#list(value.windows, 'windows', MAX_WINDOWS).map((each, at) => this.#window(each, at));
    return state && { version: 1, savedAt, state, windows: windows.filter((window) => window !== undefined) };
  }

  problem(path: string, expected: string, got: string): void {
    this.problems.push(`${this.where}: ${path === '' ? '' : `${path}: `}expected ${expected}, got ${got}`);
  }

  #state(value: unknown): SavedState | undefined {
    if (!isObject(value)) {
      this.problem('state', 'an object', kindOf(value));
      return undefined;
    }
    switch (value.kind) {
      case 'closed':
        return {
          kind: 'closed',
          ...this.#row(value),
          ...(value.ramp !== undefined && { ramp: this.#ramp(value.ramp) }),
        };
      case 'forced-closed':
        return { kind: 'forced-closed', ...this.#row(value), ...this.#reason(value) };
      case 'open': {
        const [elapsedMs, leftMs] = [this.#ms(value, 'elapsedMs', 'state.'), this.#ms(value, 'leftMs', 'state.')];
        const reason = REASONS.find((word) => word === value.reason);
        if (!reason) this.problem('state.reason', `one of ${REASONS.join(', ')}`, kindOf(value.reason));
        return { kind: 'open', elapsedMs, leftMs, trips: this.#trips(value), reason: reason ?? 'failures' };
      }
      case 'half-open':
        return { kind: 'half-open', trips: this.#trips(value) };
      case 'isolated':
        return { kind: 'isolated', ...this.#reason(value) };
      default:
        this.problem('state.kind', 'closed, open, half-open, isolated or forced-closed', kindOf(value.kind));
        return undefined;
    }
  }

  #row(value: Raw) {
    const failures = this.#count(value, 'failures', 'state.');
    const calls = value.calls === undefined ? undefined : this.#count(value, 'calls', 'state.');
    const row = { failures, ...(calls !== undefined && { calls }) };
    if (value.shares === undefined) return row;
    const shares = this.#list(value.shares, 'state.shares', MAX_SHARES).map((each, at) => {
      const path = `state.shares[${at}].`;
      const raw = isObject(each) ? each : {};
      const of = this.#count(raw, 'of', path, 2);
      return { count: this.#count(raw, 'count', path, 1, Math.max(1, of - 1)), of };
    });
    if (new Set(shares.map(({ of }) => of)).size < shares.length)
      this.problem('state.shares', 'one entry for each denominator', 'the same one twice');
    return shares.length === 0 ? row : { ...row, shares };
  }

  #ramp(value: unknown) {
    const raw = isObject(value) ? value : {};
    const path = 'state.ramp.';
    const [elapsedMs, leftMs] = [this.#ms(raw, 'elapsedMs', path), this.#ms(raw, 'leftMs', path)];
    if (elapsedMs + leftMs === 0) this.problem('state.ramp', 'a length above 0', '0');
    return { elapsedMs, leftMs, credit: this.#number(raw, 'credit', path, 0, 1) };
  }

  #reason({ reason }: Raw): { reason?: string } {
    if (reason === undefined) return {};
    if (typeof reason === 'string') return { reason };
    this.problem('state.reason', 'a string', kindOf(reason));
    return {};
  }

  #window(value: unknown, at: number): SavedWindow | undefined {
    const path = `windows[${at}]`;
    const raw = isObject(value) ? value : {};
    if (raw.unit === 'calls') {
      const size = this.#count(raw, 'size', `${path}.`, 1, MAX_CALLS);
      if (typeof raw.calls === 'string' && /^[0-3]*$/.test(raw.calls) && raw.calls.length <= size)
        return { unit: 'calls', size, calls: raw.calls };
      this.problem(`${path}.calls`, 'at most as many digits from 0 to 3 as the size', kindOf(raw.calls));
      return undefined;
    }
    if (raw.unit === 'ms') {
      const size = this.#number(raw, 'size', `${path}.`, Number.MIN_VALUE, MAX_MS);
      return { unit: 'ms', size, batches: this.#batches(raw.batches, `${path}.batches`) };
    }
    this.problem(`${path}.unit`, 'ms or calls', kindOf(raw.unit));
    return undefined;
  }

  #batches(value: unknown, path: string): readonly SavedBatch[] {
    let youngest = MAX_MS;
    return this.#list(value, path, MAX_BATCHES).map((each, at): SavedBatch => {
      const [age, calls, failures, slow] = Array.isArray(each) ? (each as unknown[]) : [];
      const raw = { age, calls, failures, slow };
      const here = `${path}[${at}].`;
      // The batches must be in order, the oldest first: a window accepts no call that is older than its newest one.
      const ageMs = (youngest = this.#number(raw, 'age', here, 0, youngest));
      const all = this.#count(raw, 'calls', here, 0, Number.MAX_SAFE_INTEGER / (2 * MAX_BATCHES));
      return [ageMs, all, this.#count(raw, 'failures', here, 0, all), this.#count(raw, 'slow', here, 0, all)];
    });
  }

  #list(value: unknown, path: string, most: number): readonly unknown[] {
    if (Array.isArray(value) && value.length <= most) return value;
    this.problem(path, `a list of at most ${most}`, kindOf(value));
    return [];
  }

  #trips(value: Raw): number {
    return this.#count(value, 'trips', 'state.', 1);
  }

  #ms(value: Raw, key: string, path: string): number {
    return this.#number(value, key, path, 0, MAX_MS);
  }

  #count(value: Raw, key: string, path: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
    return this.#number(value, key, path, least, most, true);
  }

  #number(value: Raw, key: string, path: string, least: number, most: number, isWhole = false): number {
    const found = value[key];
    if (typeof found === 'number' && found >= least && found <= most && (!isWhole || Number.isSafeInteger(found)))
      return found;
    this.problem(`${path}${key}`, `${isWhole ? 'an integer' : 'a number'} from ${least} to ${most}`, kindOf(found));
    return least;
  }
}

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Describes a value for a message: a number itself, of any other value only its type. */
function kindOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? `a list of ${value.length}` : `a value of type ${typeof value}`;
}

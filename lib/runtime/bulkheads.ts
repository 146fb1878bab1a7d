import { shared } from '../core/shared.js';
import { Bulkhead } from '../policies/concurrency/bulkhead.js';
import { KeyedBulkheads } from '../policies/concurrency/keyed.js';
import { checkedName } from './names.js';
import { Registry } from './registry.js';

const plain = shared('runtime.bulkheads', () => new Registry<Bulkhead>());
const keyed = shared('runtime.keyedBulkheads', () => new Registry<KeyedBulkheads>());

/** The bulkhead that all methods with this name for it share. */
export function bulkheadNamed(name: string): Bulkhead {
  return plain.named(name, () => new Bulkhead());
}

/** A bulkhead that belongs to one method. */
export function ownBulkhead(method: string): Bulkhead {
  return plain.own(method, new Bulkhead());
}

/** The bulkheads, one per key, that all methods with this name for them share. */
export function keyedBulkheadsNamed(name: string): KeyedBulkheads {
  return keyed.named(name, () => new KeyedBulkheads());
}

/** Bulkheads, one per key, that belong to one method. */
export function ownKeyedBulkheads(method: string): KeyedBulkheads {
  return keyed.own(method, new KeyedBulkheads());
}

/** Shows a bulkhead of `@ConcurrencyLimited()`. Reading changes nothing. */
export interface BulkheadHandle {
  readonly name: string;
  /** Calls that may run at a time now; 0 before the first call. */
  readonly limit: number;
  /** Permits in use, those of abandoned calls included. */
  readonly running: number;
  /** Calls that wait for a permit. */
  readonly queued: number;
  /** Calls that the caller or a time limit ended, while the method still runs and keeps its permit. */
  readonly abandoned: number;
}

/**
 * The bulkhead with this name: the option `bulkhead`, else the method's name. It need not have been used yet. Shows the
 * sum of all bulkheads with this name, for example those with keys.
 * @throws {ConfigurationError} if `name` is not a name
 */
export function bulkhead(name: string): BulkheadHandle {
  return handle(checkedName('bulkhead', name));
}

/** Every bulkhead that has been used. */
export function bulkheads(): BulkheadHandle[] {
  return [...new Set([...plain.names, ...keyed.names])].map(handle);
}

function handle(name: string): BulkheadHandle {
  const sum = (count: (each: Bulkhead) => number): number => {
    let total = 0;
    for (const each of plain.of(name)) total += count(each);
    for (const holder of keyed.of(name)) for (const [, each] of holder) total += count(each);
    return total;
  };
  return {
    name,
    get limit() {
      return sum(({ limit }) => limit);
    },
    get running() {
      return sum(({ atWork }) => atWork);
    },
    get queued() {
      return sum(({ waiting }) => waiting);
    },
    get abandoned() {
      return sum(({ abandoned }) => abandoned);
    },
  };
}

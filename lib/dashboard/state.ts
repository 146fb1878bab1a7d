import { hostname } from 'node:os';
import { type CountedMethod, countedMethods, type PolicySettings } from '../runtime/counted.js';
import { inspect } from '../runtime/inspect.js';
import type { Inspection } from '../runtime/inspection.js';

/** What the page shows of one process. */
export interface State {
  /** Tells processes from one another. */
  readonly source: string;
  readonly inspection: Inspection;
  readonly settings: Readonly<Record<string, readonly PolicySettings[]>>;
}

const SOURCE = `${hostname()}:${process.pid}`;

export function stateOf(keys: boolean): State {
  const settings = [...countedMethods()].map(([method, [first]]) => [method, settingsOf(first as CountedMethod)]);
  return { source: SOURCE, inspection: inspect({ keys }), settings: Object.fromEntries(settings) };
}

function settingsOf({ settings }: CountedMethod): readonly PolicySettings[] {
  try {
    return settings();
  } catch {
    // Settings that are wrong: every call says so.
    return [];
  }
}

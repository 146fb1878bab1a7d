import { closestName } from '../settings/check.js';
import { isMeant, SECTIONS } from '../settings/sections.js';
import { knownCircuits } from './namesakes.js';
import { layers } from './runtime.js';

/** A section of the settings that matches no known circuit or method. */
export interface UnmatchedSection {
  /** `methods.Inventry.level` */
  readonly section: string;
  /** The known name that was probably meant, as a section: `methods.Inventory.level`. */
  readonly nearest?: string;
}

/** Known names, in addition to the circuits that have been used. */
export interface KnownNames {
  readonly methods?: readonly string[];
  readonly circuits?: readonly string[];
}

/**
 * The sections that match no known name. The caller passes the methods, because a class need not have been used yet.
 */
export function unmatchedSections({ methods = [], circuits = [] }: KnownNames = {}): UnmatchedSection[] {
  const used = [...knownCircuits()].map(({ circuit }) => circuit.name);
  // If unset, the name of a circuit is that of its method.
  const known = { methods, circuits: [...new Set([...circuits, ...used, ...methods])] };
  const { loaded, configured } = layers();
  return SECTIONS.flatMap((kind) => {
    const patterns = new Set([loaded.file, ...configured].flatMap((tree) => Object.keys(tree[kind] ?? {})));
    return [...patterns]
      .filter((pattern) => !known[kind].some((name) => isMeant(pattern, name)))
      .map((pattern) => {
        const nearest = closestName(pattern, known[kind]);
        return { section: `${kind}.${pattern}`, ...(nearest !== undefined && { nearest: `${kind}.${nearest}` }) };
      });
  });
}

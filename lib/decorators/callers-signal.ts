import type { Site } from '../core/site.js';
import { findSignal } from '../failures/signal.js';
import type { Decoration } from './decoration.js';

type Find = (...args: unknown[]) => AbortSignal | undefined;

/** How all policies of a stack find the caller's signal: as the outermost decorator says that says anything, else as usual. */
export function signalFinderOf(stack: readonly Decoration[]): Site['signalOf'] {
  const find = stack.find(({ options }) => options.signal !== undefined)?.options.signal as Find | undefined;
  if (!find) return findSignal;
  return (args) => {
    try {
      return find(...args) ?? findSignal(args);
    } catch {
      // Whoever was told how to find it fails the call with this: others only look.
      return undefined;
    }
  };
}

import type { Span } from './rates.js';
import { newWindow, type Window } from './window.js';

/** The windows of one circuit. Its methods may have different windows; every call counts in each. */
export type Windows = readonly Window[];

export const NO_WINDOWS: Windows = Object.freeze([]);

/** The most windows that are kept. More would be left over from earlier settings. */
const MAX_WINDOWS = 16;

/**
 * The windows including one of this span. A new window begins with the calls of the newest window, so that new settings
 * lose nothing.
 */
export function including(windows: Windows, span: Span, now: number): Windows {
  return windowOf(windows, span) ? windows : [...windows, windowFrom(span, windows.at(-1), now)].slice(-MAX_WINDOWS);
}

/** Counts a call in every window, and in a new one of this span if there is none. */
export function withCall(
  windows: Windows,
  span: Span | undefined,
  isFailure: boolean,
  isSlow: boolean,
  now: number,
): Windows {
  const all = span ? including(windows, span, now) : windows;
  for (const window of all) window.add(1, isFailure ? 1 : 0, isSlow ? 1 : 0, now);
  return all;
}

export function windowOf(windows: Windows, { unit, size }: Span): Window | undefined {
  return windows.find((window) => window.size === size && window.unit === unit);
}

function windowFrom(span: Span, known: Window | undefined, now: number): Window {
  const window = newWindow(span);
  for (const { at = now, calls, failures, slow } of known?.batches() ?? []) window.add(calls, failures, slow, at);
  return window;
}

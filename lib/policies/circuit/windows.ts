import type { Span } from './rates.js';
import { newWindow, type Window } from './window.js';

/**
 * The windows of one circuit: every call is seen through each of them. Methods of one circuit may have windows of their
 * own; the one that was asked for last comes first.
 */
export type Windows = readonly Window[];

export const NO_WINDOWS: Windows = Object.freeze([]);

/** More are left over from settings of before. */
const MOST = 4;

/** The same windows, that of this span first. A new one begins with what is known, so that new settings forget nothing. */
export function lookingThrough(windows: Windows, span: Span, now: number): Windows {
  const [first] = windows;
  if (first && isOf(first, span)) return windows;
  const window = windows.find((one) => isOf(one, span)) ?? begun(span, first, now);
  return [window, ...windows.filter((one) => one !== window)].slice(0, MOST);
}

function begun(span: Span, known: Window | undefined, now: number): Window {
  const window = newWindow(span);
  for (const { at = now, calls, failures, slow } of known?.batches() ?? []) window.add(calls, failures, slow, at);
  return window;
}

function isOf(window: Window, { unit, size }: Span): boolean {
  return window.size === size && window.unit === unit;
}

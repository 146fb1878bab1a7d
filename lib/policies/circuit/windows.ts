import type { Span } from './rates.js';
import { newWindow, type Window } from './window.js';

/** The windows of one circuit, since its methods may look through windows of their own: every call is seen through each. */
export type Windows = readonly Window[];

export const NO_WINDOWS: Windows = Object.freeze([]);

/** More are left over from settings of before. */
const MOST = 16;

/** The same windows, one of this span among them. A new one begins with what is known, so that new settings forget nothing. */
export function including(windows: Windows, span: Span, now: number): Windows {
  return windowOf(windows, span) ? windows : [...windows, begun(span, windows.at(-1), now)].slice(-MOST);
}

export function windowOf(windows: Windows, { unit, size }: Span): Window | undefined {
  return windows.find((window) => window.size === size && window.unit === unit);
}

function begun(span: Span, known: Window | undefined, now: number): Window {
  const window = newWindow(span);
  for (const { at = now, calls, failures, slow } of known?.batches() ?? []) window.add(calls, failures, slow, at);
  return window;
}

import type { Span, Tally } from './rates.js';
import { newWindow, type Window } from './window.js';

/** Methods of one circuit may look through windows of their own; more than that are left over from settings of before. */
const MOST = 4;

/** The windows of one circuit: every call is seen through each of them. */
export class Windows {
  /** The one that was asked for last comes first. */
  #windows: readonly Window[] = [];

  /** What the window that was asked for last shows by now. */
  latest(now: number): Tally | undefined {
    const [latest] = this.#windows;
    latest?.forget(now);
    return latest;
  }

  record(failed: boolean, slow: boolean, now: number): void {
    for (const window of this.#windows) window.add(1, failed ? 1 : 0, slow ? 1 : 0, now);
  }

  /** The window of this span. A new one begins with what is known already, so that new settings forget nothing. */
  of(span: Span, now: number): Window {
    const [first] = this.#windows;
    return first && isOf(first, span) ? first : this.#lookUp(span, now);
  }

  #lookUp(span: Span, now: number): Window {
    const window = this.#windows.find((one) => isOf(one, span)) ?? this.#begin(span, now);
    this.#windows = [window, ...this.#windows.filter((one) => one !== window)].slice(0, MOST);
    return window;
  }

  #begin(span: Span, now: number): Window {
    const window = newWindow(span);
    for (const { at = now, calls, failures, slow } of this.#windows[0]?.batches() ?? [])
      window.add(calls, failures, slow, at);
    return window;
  }
}

function isOf(window: Window, { unit, size }: Span): boolean {
  return window.size === size && window.unit === unit;
}

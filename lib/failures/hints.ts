// How long the upstream asks to be left alone: headers, metadata and bodies.
import type { FailureKind } from '../core/failure.js';
import { bodyOf } from './body.js';
import { decimalMs } from './durations.js';
import { grpcDelayMs } from './families/grpc.js';
import { slackDelayMs } from './families/slack.js';
import { headersOf } from './headers.js';
import { resetMs, retryAfterMs } from './limits.js';
import { read } from './reading.js';
import type { Seen } from './seen.js';

/** What one error of the chain says. The limits of a quota matter only where one was hit. */
export function hintOf(seen: Seen, kind: FailureKind, now: number): number | undefined {
  const headers = headersOf(seen);
  const asked = retryAfterMs(headers, now) ?? grpcDelayMs(seen, now) ?? slackDelayMs(seen);
  const own = seen.retryAfterMs;
  // A client that has read the headers may have read them by another clock.
  if (typeof own === 'number' && own >= 0 && Number.isFinite(own)) return Math.max(own, asked ?? 0);
  if (asked !== undefined) return asked;
  if (kind !== 'rate-limited') return undefined;
  // How full the limits are, and what the body says, matters only where one was hit.
  return (
    resetMs(headers, now) ??
    (seen.aws === undefined ? undefined : decimalMs(textOf(read(seen.error, 'retryAfterSeconds')), 1000)) ??
    (seen.status !== undefined && seen.status >= 400 ? bodyOf(seen).delayMs : undefined) ??
    // Telegram's clients and Qdrant's.
    decimalMs(textOf(read(read(seen.error, 'parameters') ?? seen.error, 'retry_after')), 1000)
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value.slice(0, 64) : undefined;
}

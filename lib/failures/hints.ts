// Finds the wait that the upstream asks for, in headers, metadata and bodies.
import type { FailureKind } from '../core/failure.js';
import { bodyOf } from './body.js';
import { decimalMs } from './durations.js';
import { grpcDelayMs } from './families/grpc.js';
import { slackDelayMs } from './families/slack.js';
import { headersOf } from './headers.js';
import { resetMs, retryAfterMs } from './limits.js';
import { read } from './reading.js';
import type { Seen } from './seen.js';

/** The wait in milliseconds that one error of the chain asks for; undefined if there is none. */
export function hintOf(seen: Seen, kind: FailureKind, now: number): number | undefined {
  const headers = headersOf(seen);
  const byUpstream = retryAfterMs(headers, now) ?? grpcDelayMs(seen, now) ?? slackDelayMs(seen);
  const byClient = seen.retryAfterMs;
  // The client parsed the headers itself, maybe with another clock, so the longer wait counts.
  if (typeof byClient === 'number' && byClient >= 0 && Number.isFinite(byClient))
    return Math.max(byClient, byUpstream ?? 0);
  if (byUpstream !== undefined) return byUpstream;
  if (kind !== 'rate-limited') return undefined;
  // Reset headers and the body count only if a rate limit was hit.
  return (
    resetMs(headers, now) ??
    (seen.aws === undefined ? undefined : decimalMs(textOf(read(seen.error, 'retryAfterSeconds')), 1000)) ??
    (seen.status !== undefined && seen.status >= 400 ? bodyOf(seen).delayMs : undefined) ??
    // The clients of Telegram and Qdrant.
    decimalMs(textOf(read(read(seen.error, 'parameters') ?? seen.error, 'retry_after')), 1000)
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value.slice(0, 64) : undefined;
}

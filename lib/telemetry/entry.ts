import type { EventType, ResilienceEvent } from '../core/events.js';

export type Level = 'error' | 'warn' | 'info' | 'debug';

/** One line of the log. The message is the event's name. */
export interface LogEntry {
  readonly level: string;
  readonly message: EventType;
  readonly [field: string]: unknown;
}

export const LEVELS: Readonly<Record<EventType, Level>> = {
  retry_scheduled: 'warn',
  retry_gave_up: 'warn',
  circuit_opened: 'error',
  circuit_half_open: 'info',
  circuit_closed: 'info',
  circuit_refused: 'debug',
  concurrency_refused: 'warn',
  fallback_used: 'warn',
  stream_broken: 'warn',
  stream_dropped: 'warn',
  time_limited: 'warn',
  rate_limited: 'warn',
  hedge_started: 'debug',
  hedge_refused: 'info',
  retries_multiplied: 'warn',
  settings_reloaded: 'info',
  settings_refused: 'error',
  fleet_joined: 'debug',
  fleet_alerted: 'info',
  fleet_seconded: 'debug',
  fleet_restored: 'warn',
  fleet_degraded: 'warn',
  fleet_recovered: 'info',
};

/** The only fields that are ever written. */
const FIELDS = [
  ...['method', 'circuit', 'attempt', 'maxAttempts', 'waitMs', 'elapsedMs', 'kind', 'errorName', 'status', 'code'],
  ...['errno', 'requestId', 'retryAfterMs', 'state', 'reason', 'by', 'votes', 'members'],
];

/** The entry of an event; `leftOut` is how many of its like were not written before it. */
export function entryOf(event: ResilienceEvent, level: string, leftOut: number): LogEntry {
  const known = event as unknown as Readonly<Record<string, unknown>>;
  const told = FIELDS.filter((field) => known[field] !== undefined).map((field) => [field, known[field]]);
  return { level, message: event.type, ...Object.fromEntries(told), ...(leftOut > 0 && { count: leftOut }) };
}

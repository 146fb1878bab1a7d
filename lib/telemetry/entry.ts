import { kindOf, type FieldValues } from '../core/event-kinds.js';
import type { EventType, ResilienceEvent } from '../core/events.js';
import type { Level } from '../core/levels.js';

/** One line of the log. The message is the event's name. */
export interface LogEntry {
  readonly level: string;
  readonly message: EventType;
  readonly [field: string]: unknown;
}

/** The only fields that are written, apart from those that a policy has defined for its own events. */
const FIELDS: readonly string[] = [
  ...['method', 'circuit', 'limiter', 'attempt', 'maxAttempts', 'attempts', 'waitMs', 'elapsedMs', 'durationMs'],
  ...[
    'kind',
    'errorName',
    'status',
    'code',
    'errno',
    'requestId',
    'retryAfterMs',
    'state',
    'by',
    'reason',
    'fields',
    'chaos',
  ],
];

/** The log entry of an event. `leftOut`: how many similar entries were left out before it. */
export function entryOf(event: ResilienceEvent, level: Level, leftOut: number): LogEntry {
  const valueOf = (field: string): unknown => Reflect.get(event, field);
  const entry: Record<string, unknown> = {};
  for (const field of FIELDS) {
    const value = valueOf(field);
    if (value !== undefined) entry[field] = value;
  }
  for (const [field, allowed] of Object.entries(kindOf(event.type).fields ?? {})) {
    const value = valueOf(field);
    if (isAllowed(value, allowed)) entry[field] = value;
  }
  return { level, message: event.type, ...entry, ...(leftOut > 0 && { count: leftOut }) };
}

function isAllowed(value: unknown, allowed: FieldValues): boolean {
  if (typeof allowed === 'string') return typeof value === allowed;
  return typeof value === 'string' && allowed.includes(value);
}

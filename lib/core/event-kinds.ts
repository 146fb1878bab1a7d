import type { EventType } from './events.js';
import type { Level } from './levels.js';
import { shared } from './shared.js';

/**
 * The values that an additional field may have: a number, true or false, or one of these words. Free text is
 * impossible.
 */
export type FieldValues = 'number' | 'boolean' | readonly string[];

/** The fields that the level of an event may depend on. */
interface LevelFacts {
  readonly kind?: unknown;
  readonly reason?: unknown;
  readonly adopted?: unknown;
}

/** How the log writes events of one type. */
export interface EventKind {
  /** The level, or the usual one if `levelOf` is set. */
  readonly level: Level;
  /** The level of one event. Never more severe than `level`. */
  readonly levelOf?: (event: LevelFacts) => Level;
  /** Fields beyond those that every event may have. */
  readonly fields?: Readonly<Record<string, FieldValues>>;
}

/** `debug` if the caller aborted the call: nobody has to act on that. */
const unlessAborted = (level: Level): EventKind => ({
  level,
  levelOf: ({ kind, reason }) => (kind === 'cancelled' || reason === 'aborted' ? 'debug' : level),
});

const BUILT_IN: Readonly<Record<EventType, EventKind>> = {
  retry_scheduled: { level: 'warn' },
  retry_gave_up: unlessAborted('warn'),
  call_failed: { level: 'debug' },
  failure_unknown: { level: 'warn' },
  // A fleet logs one line at the usual level: the line of the member that made the transition.
  circuit_opened: {
    level: 'error',
    levelOf: ({ adopted }) => (adopted === true ? 'info' : 'error'),
    fields: { votes: 'number', members: 'number' },
  },
  circuit_half_open: { level: 'info' },
  circuit_closed: { level: 'info', fields: { votes: 'number', members: 'number' } },
  circuit_refused: { level: 'debug' },
  concurrency_refused: { level: 'warn' },
  fallback_used: { level: 'warn' },
  stream_broken: unlessAborted('warn'),
  stream_dropped: { level: 'warn' },
  time_limited: { level: 'warn' },
  rate_limited: unlessAborted('warn'),
  limiter_refused: { level: 'warn' },
  cost_unusable: { level: 'warn' },
  hedge_started: { level: 'debug' },
  hedge_refused: { level: 'info' },
  retries_multiplied: { level: 'warn' },
  chaos_started: {
    level: 'warn',
    fields: {
      rate: 'number',
      fault: ['network', 'timeout', 'server', 'rate-limited', 'malformed'],
      leftMs: 'number',
    },
  },
  settings_reloaded: { level: 'info' },
  settings_refused: { level: 'error' },
  fleet_joined: { level: 'debug', fields: { members: 'number' } },
  fleet_alerted: { level: 'info' },
  fleet_seconded: { level: 'debug' },
  fleet_restored: { level: 'warn' },
  fleet_shared: { level: 'debug', fields: { members: 'number' } },
  fleet_degraded: { level: 'warn' },
  fleet_recovered: { level: 'info' },
};

const kinds = shared('events.kinds', () => new Map<string, EventKind>(Object.entries(BUILT_IN)));
const UNREGISTERED: EventKind = { level: 'info' };

/**
 * Registers a type of event. A policy registers its types when it is loaded. The last registration wins.
 * @returns a function that removes the registration
 */
export function defineEvent(type: string, kind: EventKind): () => void {
  const defined = Object.freeze({ ...kind });
  kinds.set(type, defined);
  return () => {
    if (kinds.get(type) === defined) kinds.delete(type);
  };
}

export function kindOf(type: string): EventKind {
  return kinds.get(type) ?? UNREGISTERED;
}

/** The level of an event. For an event that is not built yet, its type, kind and reason are enough. */
export function levelOf(event: LevelFacts & { readonly type: string }): Level {
  const { level, levelOf: levelOfEvent } = kindOf(event.type);
  return levelOfEvent?.(event) ?? level;
}

/** Every registered type, with its usual level. */
export function usualLevels(): Readonly<Record<string, Level>> {
  return Object.fromEntries([...kinds].map(([type, { level }]) => [type, level]));
}

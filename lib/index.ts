// The public list of `holdfast`.
export type { Clock, Timer } from './core/clock.js';
export { type CurrentAttempt, currentAttempt } from './call/current-attempt.js';
export { currentSignal } from './call/scope.js';
export type { Duration } from './core/duration.js';
export type { KnownErrorField } from './core/error-fields.js';
export {
  ChaosError,
  CircuitOpenError,
  ConcurrencyLimitError,
  ConfigurationError,
  DecorationError,
  FinalError,
  MalformedResponseError,
  RateLimitedError,
  TimeLimitError,
} from './core/errors.js';
export type {
  CallFailed,
  ChaosStarted,
  CircuitClosed,
  CircuitHalfOpen,
  CircuitOpened,
  CircuitRefused,
  CircuitStateName,
  ConcurrencyRefused,
  CostUnusable,
  EventType,
  FailureUnknown,
  FallbackUsed,
  GaveUpReason,
  HedgeRefusal,
  HedgeRefused,
  HedgeStarted,
  LimiterRefused,
  MovedBy,
  RateLimitHit,
  RateLimitReason,
  ResilienceEvent,
  RetriesMultiplied,
  RetryGaveUp,
  RetryScheduled,
  SettingsRefused,
  SettingsReloaded,
  StreamBroken,
  StreamDropped,
  TimeLimitEnded,
  TimeLimitReason,
} from './core/events.js';
export type { Failure, FailureFacts, FailureKind } from './core/failure.js';
export type { BulkheadStats, CallErrorType, CallOutcome, RefusedBy } from './call/stats.js';
export type {
  FleetAlerted,
  FleetDegraded,
  FleetJoined,
  FleetRecovered,
  FleetRestored,
  FleetSeconded,
  FleetShared,
} from './core/fleet-events.js';
export type { Percentile } from './core/percentile.js';
export type { Random } from './core/random.js';
export { CircuitProtected } from './decorators/circuit-protected.js';
export { Coalesced } from './decorators/coalesced.js';
export { ConcurrencyLimited } from './decorators/concurrency-limited.js';
export { type AnyClass, describe, type PolicyDescription } from './decorators/describe.js';
export { Hedged } from './decorators/hedged.js';
export { RateLimited } from './decorators/rate-limited.js';
export { RespectRateLimit } from './decorators/respect-rate-limit.js';
export { RetryOnTransient } from './decorators/retry-on-transient.js';
export { TimeLimited } from './decorators/time-limited.js';
export type { PolicyDecorator, ResilientMethod } from './decorators/types.js';
export type { CircuitOptions, Fallback } from './policies/circuit/options.js';
export type { CoalesceOptions } from './policies/coalesce/options.js';
export type { ConcurrencyOptions } from './policies/concurrency/options.js';
export type { HedgeOptions } from './policies/hedge/options.js';
export type { LimiterOptions } from './policies/limiter/options.js';
export type { RateLimitOptions } from './policies/rate-limit/options.js';
export type { RetryOptions } from './policies/retry/options.js';
export type { TimeLimitOptions } from './policies/time-limit/options.js';
export { type BulkheadHandle, bulkhead, bulkheads } from './runtime/bulkheads.js';
export { classify, isTransient } from './runtime/classify.js';
export { type GateHandle, gate, gates } from './runtime/gates.js';
export { type CircuitHandle, type CircuitSnapshot, circuit, circuits } from './runtime/handle.js';
export { inspect } from './runtime/inspect.js';
export type { FleetCircuitStats, FleetStats } from './runtime/fleet-stats.js';
export type {
  BudgetStats,
  CallCount,
  CircuitStats,
  DurationStats,
  GateStats,
  Inspection,
  LimiterStats,
  MethodStats,
  NamedBulkheadStats,
  ReloadStats,
} from './runtime/inspection.js';
export type { TransitionCount } from './policies/circuit/counts.js';
export type { Overrides } from './runtime/overrides.js';
export { type LastGoodOptions, lastGood } from './runtime/last-good.js';
export { configure, onEvent, reload } from './runtime/runtime.js';
export type { Environment } from './settings/environment.js';
export { type LoadOptions, loadSettings } from './settings/load.js';
export type { Setting, Source } from './settings/resolve.js';
export type { Settings, SettingsOverrides } from './settings/schema.js';
export type { LogEntry } from './telemetry/entry.js';
export type { EntryLogger, LevelLogger, LogFields, Logger } from './telemetry/loggers/logger.js';

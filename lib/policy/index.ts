// The public list of `holdfast/policy`.
export type { Admission, CircuitPort } from '../call/admission.js';
export type { Call } from '../call/call.js';
export type { StreamEnd, StreamWatcher } from '../call/open-stream.js';
export type { Next, OnSuccess, Policy, Stream } from '../call/policy.js';
export type { RetryBudget } from '../call/retry-budget.js';
export { currentSignal, type StopCause } from '../call/scope.js';
export type { CallContext } from '../call/call-context.js';
export type { MethodContext } from '../call/method-context.js';
export type { Stop } from '../call/stop.js';
export type { Clock, Timer } from '../core/clock.js';
export { type Duration, toMs } from '../core/duration.js';
export type { EventKind, FieldValues } from '../core/event-kinds.js';
export type { Failure, FailureKind } from '../core/failure.js';
export {
  boolean,
  callback,
  count,
  duration,
  type Field,
  type Fields,
  type Format,
  name,
  oneOf,
  type OptionsOf,
  positiveDuration,
  type ResolvedOf,
  share,
} from '../core/field.js';
export type { Random } from '../core/random.js';
export type { Owned, PlaceInOrder, Position } from '../decorators/decoration.js';
export { type PolicyDefinition, type PolicyFactory, variantOf } from '../decorators/define-policy.js';
export type { PolicyDecorator } from '../decorators/types.js';
export { definePolicy } from './define-policy.js';
export { defineEvent, emit, type PolicyEvent } from './emit.js';
export { watchEnd } from './watch-end.js';

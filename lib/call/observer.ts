import type { Clock } from '../core/clock.js';
import type { FailureKind } from '../core/failure.js';
import type { CallErrorType, CallOutcome } from './stats.js';

/** How a call ended, for an exporter. */
export interface CallEnd {
  readonly outcome: CallOutcome;
  readonly errorType?: CallErrorType | undefined;
  readonly circuit?: string | undefined;
  readonly attempts: number;
  readonly durationMs: number;
}

/** How an attempt ended, for an exporter. */
export interface AttemptEnd {
  readonly errorType?: FailureKind | undefined;
  readonly durationMs: number;
}

/** Watches one call, or one attempt of it. */
export interface Watch<End> {
  /** Runs the call or attempt, in the exporter's own async context if it has one. */
  within?<T>(run: () => T): T;
  /** Called once, when the call or attempt has ended. */
  ended?(end: End): void;
}

export interface CallWatch extends Watch<CallEnd> {
  /** An attempt begins, numbered from 1. */
  attempt?(number: number, isHedge: boolean): Watch<AttemptEnd> | undefined;
}

/** An exporter that watches every call while it is registered. An error that it throws is ignored. */
export interface CallObserver {
  /** A call of this method begins. Returns its watch, or undefined to ignore the call. */
  begin(method: string): CallWatch | undefined;
}

/** All that watch one call. */
export interface CallWatching {
  /** An attempt begins; undefined if nobody watches attempts. */
  attempt(number: number, isHedge: boolean, clock: Clock): AttemptWatching | undefined;
  /** The call has ended, and with it whatever attempt still runs. */
  ended(end: CallEnd): void;
}

/** All that watch one attempt. */
export interface AttemptWatching {
  within<T>(run: () => T): T;
  /** Only the first time counts. */
  ended(errorType?: FailureKind): void;
}

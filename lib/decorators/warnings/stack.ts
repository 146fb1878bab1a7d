import { type Duration, isDuration, toMs } from '../../core/duration.js';
import type { EffectiveSettings, Options } from '../decoration.js';

/** A policy of a stack, for the rules. Options that it does not have are absent; null means that an option is unset. */
export interface Part {
  readonly policy: string;
  /** Every option with the value in effect, also those that only code can set. */
  readonly values: Options;
  /** The layer of each option that settings can set. */
  readonly settings: EffectiveSettings;
}

/** Represents a policy that a stack does not have. It has no options, so no rule warns about it. */
export const ABSENT: Part = { policy: '', values: {}, settings: {} };

/** The policies of a stack by their role, for the rules that compare them. */
export interface Stack {
  /**
   * The time limit of all attempts together: outermost, or right below the circuit. If the stack has both, the shorter.
   */
  readonly whole: Part;
  /** True if `whole` is the one right below the circuit. */
  readonly isBelowCircuit: boolean;
  /** The time limit of each attempt. */
  readonly attempt: Part;
  readonly circuit: Part;
  readonly retry: Part;
  readonly rateLimit: Part;
  readonly hedge: Part;
  readonly concurrency: Part;
}

/** A warning about an option of the policy `at`. */
export interface Warning {
  readonly at: Part;
  readonly says: string;
}

/** Looks for one kind of mistake. */
export type Rule = (stack: Stack) => readonly Warning[];

export function stackOf(parts: readonly Part[]): Stack {
  const one = (policy: string, among = parts): Part => among.find((part) => part.policy === policy) ?? ABSENT;
  const outermost = one('TimeLimited', parts.slice(0, 1));
  const below = one('TimeLimited', parts.slice(1, -1));
  const isBelowCircuit = below !== ABSENT && !(msOf(outermost, 'limit') <= msOf(below, 'limit'));
  return {
    whole: isBelowCircuit ? below : outermost,
    isBelowCircuit,
    attempt: one('TimeLimited', parts.slice(1).slice(-1)),
    circuit: one('CircuitProtected'),
    retry: one('RetryOnTransient'),
    rateLimit: one('RespectRateLimit'),
    hedge: one('Hedged'),
    concurrency: one('ConcurrencyLimited'),
  };
}

/** Milliseconds of an option that is a duration; else NaN, for which every comparison is false. */
export function msOf({ values }: Part, option: string): number {
  const value = values[option];
  return isDuration(value) ? toMs(value) : Number.NaN;
}

/** Whether the option has its default. */
export function isDefault({ settings }: Part, option: string): boolean {
  return settings[option]?.source === 'default';
}

/** Whether the option was set for this method or its circuit, not for all methods. */
export function isWrittenHere({ settings }: Part, option: string): boolean {
  const { value, source } = settings[option] ?? {};
  return value !== null && (source === 'decorator' || source === 'section');
}

/** An option with its value, for messages: `maxAttempts 3`, `limit "20s"`. */
export function named(part: Part, option: string): string {
  return `${option} ${JSON.stringify(part.values[option])}`;
}

/** Formats milliseconds as a duration: `250ms`, `1.5s`. */
export function durationOf(ms: number): Duration {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}

import { type Duration, isDuration, toMs } from '../../core/duration.js';
import type { EffectiveSettings, Options } from '../decoration.js';

/** A policy of a stack, as rules see it. Options that it does not have are absent; null means that nothing is set. */
export interface Part {
  readonly policy: string;
  /** Every option with the value in effect, those that only code can say included. */
  readonly values: Options;
  /** Where those came from that are data. */
  readonly settings: EffectiveSettings;
}

/** Stands for a policy that a stack does not have. None of its options is there, so no rule says anything about it. */
export const ABSENT: Part = { policy: '', values: {}, settings: {} };

/** A stack by what its policies do: each rule asks for those that it compares. */
export interface Stack {
  /** The time limit of all attempts together: above all others, or right below the circuit. If both are there, the shorter. */
  readonly whole: Part;
  /** True if that is the one right below the circuit. */
  readonly isBelowCircuit: boolean;
  /** The time limit of each attempt. */
  readonly attempt: Part;
  readonly circuit: Part;
  readonly retry: Part;
  readonly rateLimit: Part;
  readonly hedge: Part;
  readonly concurrency: Part;
}

/** What cannot mean what it says, at the policy whose option it is. */
export interface Warning {
  readonly at: Part;
  readonly says: string;
}

/** Looks for one thing that cannot be meant. */
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

/** Milliseconds of an option that is a duration; else NaN, which is neither above nor below anything. */
export function msOf({ values }: Part, option: string): number {
  const value = values[option];
  return isDuration(value) ? toMs(value) : Number.NaN;
}

/** Whether the option is what it is because nobody has written it. */
export function isDefault({ settings }: Part, option: string): boolean {
  return settings[option]?.source === 'default';
}

/** Whether it was written for this very method or its circuit, and not for all of them. */
export function isWrittenHere({ settings }: Part, option: string): boolean {
  const { value, source } = settings[option] ?? {};
  return value !== null && (source === 'decorator' || source === 'section');
}

/** An option with its value, as sentences name it: `maxAttempts 3`, `limit "20s"`. */
export function named(part: Part, option: string): string {
  return `${option} ${JSON.stringify(part.values[option])}`;
}

/** Milliseconds as people write them. */
export function durationOf(ms: number): Duration {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}

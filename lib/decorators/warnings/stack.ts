import { type Duration, isDuration, toMs } from '../../core/duration.js';
import type { Source } from '../../settings/resolve.js';
import type { EffectiveSettings, Options } from '../decoration.js';

/** A policy of a stack, as rules see it. Options that it does not have are absent; null means that nothing is set. */
export interface Part {
  readonly policy: string;
  /** Every option with the value in effect, those that only code can say included. */
  readonly values: Options;
  /** Where those came from that are data. */
  readonly settings: EffectiveSettings;
}

/** A stack by what its policies do: each rule asks for those that it compares. */
export interface Stack {
  /** The time limit above all others. */
  readonly whole: Part | undefined;
  /** The time limit of each attempt. */
  readonly attempt: Part | undefined;
  readonly circuit: Part | undefined;
  readonly retry: Part | undefined;
  readonly rateLimit: Part | undefined;
  readonly hedge: Part | undefined;
  readonly concurrency: Part | undefined;
}

/** What cannot mean what it says, at the policy whose option it is. */
export interface Warning {
  readonly at: Part;
  readonly says: string;
}

/** Looks for one thing that cannot be meant. */
export type Rule = (stack: Stack) => readonly Warning[];

export function stackOf(parts: readonly Part[]): Stack {
  const named = (policy: string): Part | undefined => parts.find((part) => part.policy === policy);
  const last = parts.length > 1 ? parts.at(-1) : undefined;
  return {
    whole: parts[0]?.policy === 'TimeLimited' ? parts[0] : undefined,
    attempt: last?.policy === 'TimeLimited' ? last : undefined,
    circuit: named('CircuitProtected'),
    retry: named('RetryOnTransient'),
    rateLimit: named('RespectRateLimit'),
    hedge: named('Hedged'),
    concurrency: named('ConcurrencyLimited'),
  };
}

/** Milliseconds of an option that is a duration. */
export function msOf(part: Part | undefined, option: string): number | undefined {
  const value = part?.values[option];
  return isDuration(value) ? toMs(value) : undefined;
}

export function numberOf(part: Part | undefined, option: string): number | undefined {
  const value = part?.values[option];
  return typeof value === 'number' ? value : undefined;
}

/** Whether anybody has written the option. */
export function isWritten(part: Part, option: string): boolean {
  const source = sourceOf(part, option);
  return source !== undefined && source !== 'default';
}

/** Whether it was written for this very method or its circuit, and not for all of them. */
export function isWrittenHere(part: Part, option: string): boolean {
  const source = sourceOf(part, option);
  return source === 'decorator' || source === 'section';
}

function sourceOf({ settings }: Part, option: string): Source | undefined {
  const setting = settings[option];
  return setting?.value === null ? undefined : setting?.source;
}

/** An option with its value, as sentences name it: `maxAttempts 3`, `limit "20s"`. */
export function named(part: Part, option: string): string {
  return `${option} ${JSON.stringify(part.values[option])}`;
}

/** Milliseconds as people write them. */
export function durationOf(ms: number): Duration {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}

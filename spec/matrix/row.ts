import type { FailureKind, SettingsOverrides } from './library.js';
import type { Fault, FaultServer } from '#lib/testing/index.js';
import type { Sdk } from '../support/sdks.js';
import type { WrittenService } from './written/service.js';

export const METHODS = ['embedText', 'generateAnswer', 'streamAnswer'] as const;
/** Those of spec/matrix/written: a row says which of them meets it. */
export type WrittenMethod = keyof WrittenService;
export type Method = (typeof METHODS)[number] | WrittenMethod;

/** The limits of an attempt that is to run into them, in milliseconds. */
export const LIMIT_MS = 300;
/** The longest wait between two attempts, in milliseconds. */
export const LONGEST_WAIT_MS = 10;

/** How long a call takes: in words, and its least milliseconds. */
export interface Takes {
  readonly words: string;
  readonly least: number;
}

export const AT_ONCE: Takes = { words: 'at once', least: 0 };
export const limits = (count: 1 | 3): Takes => ({
  words: count === 1 ? 'after the limit' : 'after three limits',
  least: count * LIMIT_MS,
});
export const after = (what: string, least: number): Takes => ({ words: `after ${what}`, least });

/**
 * `failure` counts; `ignored` does not; `answers` does not either, but closes the circuit as a probe, because the
 * service has answered; `success` closes it and ends the row of failures.
 */
export type CircuitOutcome = 'failure' | 'ignored' | 'answers' | 'success';

/** What comes of a call. */
export interface Outcome {
  /** The kind of its failures; `none` where there was none. */
  readonly kind: FailureKind | 'none' | `${FailureKind}, then ${FailureKind}`;
  readonly requests: number;
  /** Where they are more than the requests, because none arrives. @default as many as the requests */
  readonly attempts?: number;
  /** What the caller gets, in words; an error by the name of its class. */
  readonly got: string | { readonly [V in Sdk['version']]: string };
  readonly circuit: CircuitOutcome;
  readonly takes: Takes;
  /** Why the retry stopped, where that is what the row is about. */
  readonly gaveUp?: string;
}

/** What the caller does while the call is under way. */
export type Caller =
  | 'aborts before the call'
  | 'aborts at the first request'
  | 'aborts in the first wait'
  | 'aborts after the first chunk'
  | 'leaves after the first chunk'
  | 'gives it 300 ms';

/** What a method that uploads is given as its body. */
export type Upload =
  | 'a string'
  | 'a Buffer'
  | 'a Blob'
  | 'a FormData'
  | 'fs.createReadStream'
  | 'a PassThrough'
  | 'a web stream'
  | "a Response's body"
  | 'an async generator';

/** A fault, and what is expected of each method that meets it. */
export interface Row {
  /** The fault, as the page tells it. */
  readonly fault: string;
  /** What befalls every request: none of them is answered well. */
  readonly always?: Fault | (() => Fault);
  /** What befalls the first requests; those after them are answered. */
  readonly first?: readonly (Fault | (() => Fault))[];
  /** Where the client looks for the API, where that is not the server. It may say how to put that away. */
  readonly at?: (server: FaultServer) => Address | Promise<Address>;
  readonly caller?: Caller;
  /** Whether the limits of an attempt are those of `LIMIT_MS`. All others have time. */
  readonly hurried?: true;
  readonly settings?: SettingsOverrides;
  /** @default 'a string' */
  readonly upload?: Upload;
  readonly client?: NonNullable<Parameters<Sdk['client']>[1]>;
  /** Whether it belongs to the cut that is quick enough to be run with the other specs. */
  readonly quick?: true;
  /** @default all */
  readonly methods?: readonly Method[];
  readonly expected: Outcome;
}

export interface Address {
  readonly baseUrl: string;
  readonly close?: () => Promise<void>;
}

export interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
}

export const methodsOf = ({ methods = METHODS }: Row): readonly Method[] => methods;

// What most rows expect, so that each of them says only what is special about it.

const TRANSIENT = { requests: 3, circuit: 'failure', takes: AT_ONCE } as const;

export const network = (got: Outcome['got']): Outcome => ({ kind: 'network', got, ...TRANSIENT });
/** Nothing arrives, however often it is tried. */
export const unreachable = (got: Outcome['got']): Outcome => ({ ...network(got), requests: 0, attempts: 3 });
export const server = (got: Outcome['got']): Outcome => ({ kind: 'server', got, ...TRANSIENT });
export const timeout = (got: Outcome['got'] = 'TimeLimitError'): Outcome => ({
  ...TRANSIENT,
  kind: 'timeout',
  got,
  takes: limits(3),
});
export const malformed = (got: Outcome['got'] = 'MalformedResponseError'): Outcome => ({
  kind: 'malformed',
  requests: 1,
  got,
  circuit: 'failure',
  takes: AT_ONCE,
});
export const rejected = (got: Outcome['got']): Outcome => ({
  kind: 'rejected',
  requests: 1,
  got,
  circuit: 'answers',
  takes: AT_ONCE,
});
export const misconfigured = (got: Outcome['got']): Outcome => ({
  kind: 'misconfigured',
  requests: 0,
  got,
  circuit: 'ignored',
  takes: AT_ONCE,
});
export const quota = (got: Outcome['got'] = 'RateLimitError'): Outcome => ({
  kind: 'quota',
  requests: 1,
  got,
  circuit: 'ignored',
  takes: AT_ONCE,
});
/** Waited for, and given up after five calls. */
export const rateLimited = (got: Outcome['got'] = 'RateLimitError'): Outcome => ({
  kind: 'rate-limited',
  requests: 5,
  got,
  circuit: 'ignored',
  takes: AT_ONCE,
});
/** It failed once, and then came to a good end. */
export const recovered = (kind: FailureKind, takes: Takes = AT_ONCE): Outcome => ({
  kind,
  requests: 2,
  got: 'the answer',
  circuit: 'success',
  takes,
});
export const healthy: Outcome = { kind: 'none', requests: 1, got: 'the answer', circuit: 'success', takes: AT_ONCE };

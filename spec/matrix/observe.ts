import { type Fault, startFaultServer } from '#lib/testing/index.js';
import type { Sdk } from '../support/sdks.js';
import { ask, type Ended } from './asking.js';
import { canariesIn, KEY, ownWordsOf, wordsOf } from './canaries.js';
import { handlesSince, leftovers } from './handles.js';
import type { Library } from './library.js';
import { LIMIT_MS, LONGEST_WAIT_MS, type Method, type Row } from './row.js';
import { listen, type Telling } from './telling.js';

/** What came of one call, as far as it can be seen from outside. */
export interface Observation {
  readonly kind: string;
  readonly requests: number;
  readonly attempts: number;
  readonly got: string;
  /** Why the retry stopped, if it did. */
  readonly gaveUp: string | undefined;
  /** The circuit before and after, in words. */
  readonly circuit: string;
  readonly ms: number;
  /** Canaries in what holdfast tells. */
  readonly leaks: readonly string[];
  /** What is still open or held. */
  readonly open: readonly string[];
}

/** How the circuit stands when the call is made: closed after one failure, or waiting for a probe. */
export type Standing = 'closed' | 'half-open';

const SETTINGS = {
  retry: { minWait: '5ms', maxWait: `${LONGEST_WAIT_MS}ms` },
  rateLimit: { minWait: '5ms', maxWait: '5s' },
  log: { level: 'silent' },
} as const;

const HURRIED = {
  openai: { attemptTimeout: `${LIMIT_MS}ms`, firstChunk: `${LIMIT_MS}ms`, betweenChunks: `${LIMIT_MS}ms` },
} as const;

/** The client's own limit, which is not meant to be met, but by the rows that set it. */
const PATIENT_MS = 10_000;

/** Longer than anything lasts that one call leaves for the next: an open circuit, a closed gate, a spent budget. */
const LATER_MS = 3_600_000;
let elsewhen = 0;

/** Real time, but not that of the clock on the wall: it jumps ahead between two calls. */
const clock = {
  now: () => Date.now() + elsewhen,
  setTimer: (callback: () => void, ms: number) => setTimeout(callback, ms),
  clearTimer: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
};

/** One method meets one fault, over real sockets. Not to be done twice at a time: all share one circuit. */
export async function observe(
  library: Library,
  sdk: Sdk,
  row: Row,
  method: Method,
  { standing, ownLog }: { readonly standing: Standing; readonly ownLog: boolean },
): Promise<Observation> {
  const { holdfast, openai } = library;
  elsewhen += LATER_MS;
  const stillOpen = handlesSince();
  const undo = [holdfast.configure({ clock, settings: SETTINGS })];
  if (row.hurried) undo.push(holdfast.configure({ settings: HURRIED }));
  if (row.settings) undo.push(holdfast.configure({ settings: row.settings }));
  const server = await startFaultServer();
  const address = (await row.at?.(server)) ?? { baseUrl: server.baseUrl };
  let telling: Telling | undefined;
  try {
    openai.openaiCircuit.reset();
    await bring(standing, library);
    server.script(...(row.first ?? []).map(given));
    server.always(row.always && given(row.always));
    const client = sdk.client(address.baseUrl, { apiKey: KEY, timeout: PATIENT_MS, ...row.client });
    telling = listen(library, { ownLog });
    const { signal, ...ended } = await ask(library, client, method, server, row);
    const requests = server.count;
    const open = await leftovers(server, signal);
    return {
      kind: kindOf(ended, telling, library, signal.aborted),
      requests,
      attempts: attemptsOf(telling),
      got: ended.got,
      gaveUp: gaveUpOf(telling),
      circuit: circuitAfter(standing, library),
      ms: Math.round(ended.ms),
      leaks: canariesIn(toldOf(ended, telling, library)),
      open: [...open, ...(await closed())],
    };
  } finally {
    telling?.stop();
    await closed();
    openai.openaiCircuit.reset();
    for (const restore of undo.reverse()) restore();
  }

  async function closed(): Promise<string[]> {
    await ('close' in address ? address.close?.() : undefined);
    await server.close();
    return stillOpen();
  }
}

const given = (fault: Fault | (() => Fault)): Fault => (typeof fault === 'function' ? fault() : fault);

/** The failures that bring the circuit there are not the upstream's, so that they need no socket. */
async function bring(standing: Standing, { holdfast, openai }: Library): Promise<void> {
  const fail = holdfast.CircuitProtected('openai')(async () => {
    throw Object.assign(new Error(), { status: 503 });
  });
  do await fail().catch(() => undefined);
  while (standing === 'half-open' && openai.openaiCircuit.state === 'closed');
  if (standing === 'half-open') elsewhen += LATER_MS;
}

function circuitAfter(standing: Standing, { openai: { openaiCircuit } }: Library): string {
  const { state, failures, retryAfterMs } = openaiCircuit.snapshot();
  if (standing === 'closed') return state === 'closed' ? `${failures} failures` : state;
  return state === 'half-open' && retryAfterMs !== 0 ? 'half-open, its lease is held' : state;
}

function gaveUpOf({ events }: Telling): string | undefined {
  const last = events.findLast((event) => event.type === 'retry_gave_up');
  return last && 'reason' in last ? last.reason : undefined;
}

function kindOf({ error }: Ended, { events }: Telling, { holdfast }: Library, isAborted: boolean): string {
  const kinds = events.flatMap((event) => ('kind' in event && event.kind ? [event.kind] : []));
  // `classify` does not know the call: what nobody aborted from outside was a limit within the method.
  const last = error === undefined ? [] : [holdfast.classify(error).kind];
  kinds.push(...last.map((kind) => (isAborted ? 'cancelled' : kind === 'cancelled' ? 'timeout' : kind)));
  return [...new Set(kinds)].join(', then ') || 'none';
}

/** As they are told: one that ended well, or that ended the call without a word, is told of by nobody. */
function attemptsOf({ events }: Telling): number {
  const last = events.findLast((event) => 'attempt' in event);
  if (!last || !('attempt' in last)) return 1;
  // One that waits is followed by another.
  return (last.attempt ?? 1) + ('waitMs' in last ? 1 : 0);
}

/** Every word that holdfast says of a call: to the log, to listeners, in its errors, and to whoever asks. */
function toldOf({ error }: Ended, telling: Telling, { holdfast, openai }: Library): string {
  const own = Object.values(holdfast).some((made) => isClassOf(made, error)) || nameOf(error) === 'StreamFailureError';
  return [
    telling.words(),
    own ? ownWordsOf(error as Error) : '',
    wordsOf([holdfast.classify(error), openai.openaiCircuit.snapshot(), holdfast.describe(openai.GenerationService)]),
  ].join('\n');
}

const nameOf = (error: unknown): string | undefined => (error as Error | undefined)?.constructor.name;

function isClassOf(made: unknown, error: unknown): boolean {
  return typeof made === 'function' && made.name.endsWith('Error') && error instanceof made;
}

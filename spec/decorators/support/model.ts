// What a stack does, told slowly: each policy is a plain function around the next, and time is a number that it is
// given and that it answers with. Nothing runs, so nothing can run in the wrong order.
import { ABORTED, chunksOf, type Failure, REASON, type Scene, type Seen } from './scene.js';

/** What ends everything further in at a moment, unless that has ended before. */
interface Cut {
  readonly at: number;
  /** When the limit of the whole call ends by itself. */
  readonly deadline: number;
  readonly end: () => Failure;
}

interface Ended {
  readonly at: number;
  /** Chunks that were handed over. */
  readonly chunks: number;
  readonly failure?: Failure;
  readonly isFallback?: boolean;
}

type Run = (now: number, cut: Cut) => Ended;

/** A policy: puts itself around what is further in. */
export type Model = (further: Run, stage: Stage) => Run;

/** The scene, and what has been seen of it. */
export class Stage {
  readonly calls: number[] = [];
  readonly #told: { readonly at: number; readonly event: string }[] = [];
  /** Two things at the same moment, of which either may come first: the model does not say. */
  isAmbiguous = false;

  constructor(
    readonly scene: Scene,
    readonly hasCircuit: boolean,
  ) {}

  tell(at: number, event: string): void {
    this.#told.push({ at, event });
  }

  get events(): string[] {
    return [...this.#told].sort((one, other) => one.at - other.at).map(({ event }) => event);
  }

  hasLeft(at: number): boolean {
    return at >= this.scene.abortAt;
  }

  get refusesFrom(): number {
    return this.hasCircuit ? this.scene.isolateAt : Number.POSITIVE_INFINITY;
  }

  isRefusing(at: number): boolean {
    return at >= this.refusesFrom;
  }

  /** When a wait of a retry or at a gate is over, or cut off. */
  endOfWait(until: number, cut: Cut): number {
    return this.soonest(until, this.scene.abortAt, this.refusesFrom, cut.at);
  }

  soonest(own: number, ...others: number[]): number {
    if (Number.isFinite(own) && others.includes(own)) this.isAmbiguous = true;
    return Math.min(own, ...others);
  }
}

const NEVER: Cut = {
  at: Number.POSITIVE_INFINITY,
  deadline: Number.POSITIVE_INFINITY,
  end: () => {
    throw new Error('never comes');
  },
};
const LEFT: Failure = { kind: 'cancelled', error: REASON };
/** By a circuit that opened while the call waited further in. */
const REFUSED: Failure = { kind: 'refused', error: 'CircuitOpenError' };

export function foretell(
  scene: Scene,
  stack: readonly { name: string; model: Model }[],
): Seen & { isAmbiguous: boolean } {
  const stage = new Stage(
    scene,
    stack.some(({ name }) => name === 'CircuitProtected'),
  );
  if (stack.length > 0 && stage.hasLeft(0)) {
    return { at: 0, chunks: 0, calls: [], events: [], isAmbiguous: false, outcome: REASON };
  }
  const run = stack.reduceRight<Run>((further, { model }) => model(further, stage), upstream(stage));
  const { at, chunks, failure, isFallback } = run(0, NEVER);
  const { calls, events, isAmbiguous } = stage;
  const outcome = failure ? failure.error : isFallback ? 'fallback' : 'answer';
  return { at, chunks, calls, events, isAmbiguous, outcome: Number.isFinite(at) ? outcome : 'nothing' };
}

function upstream(stage: Stage): Run {
  const { steps, isStream, heeds, abortAt } = stage.scene;
  return (now, cut) => {
    stage.calls.push(now);
    const step = steps[Math.min(stage.calls.length, steps.length) - 1];
    if (!step) throw new Error('a scene has steps');
    const chunks = isStream ? chunksOf(step) : 0;
    const left = heeds ? Math.max(now, abortAt) : Number.POSITIVE_INFINITY;
    const at = stage.soonest(now + step.afterMs, cut.at, left);
    if (at === Number.POSITIVE_INFINITY) return { at, chunks };
    if (at === cut.at) return { at, chunks, failure: cut.end() };
    if (at === left) return { at, chunks, failure: { kind: 'cancelled', error: ABORTED } };
    return { at, chunks, ...(step.failure && { failure: step.failure }) };
  };
}

/** Ends what is further in, and knows the caller's signal. */
export function timeLimited(of: 'call' | 'attempt'): Model {
  return (further, stage) => (now, outer) => {
    const { abortAt, terms } = stage.scene;
    if (stage.hasLeft(now)) return { at: now, chunks: 0, failure: LEFT };
    const own = now + (of === 'call' ? terms.callMs : terms.attemptMs);
    const at = stage.soonest(own, outer.at, abortAt);
    let reason: Failure | undefined;
    const end = (): Failure => {
      if (reason) return reason;
      if (at === outer.at) return (reason = outer.end());
      if (at === own) stage.tell(at, `time_limited ${of}`);
      return (reason = at === own ? { kind: 'transient', error: 'TimeLimitError' } : LEFT);
    };
    const ended = further(now, { at, deadline: Math.min(own, outer.deadline), end });
    return reason ? { at, chunks: ended.chunks, failure: reason } : ended;
  };
}

/** Where nothing is so slow that it acts: it ends what is further in with the call, and knows the caller's signal. */
export const hedged: Model = (further, stage) => (now, outer) => {
  const { abortAt } = stage.scene;
  if (stage.hasLeft(now)) return { at: now, chunks: 0, failure: LEFT };
  const at = Math.min(outer.at, abortAt);
  let reason: Failure | undefined;
  const end = (): Failure => (reason ??= at === outer.at ? outer.end() : LEFT);
  const ended = further(now, { at, deadline: outer.deadline, end });
  return reason ? { at, chunks: ended.chunks, failure: reason } : ended;
};

/** One failure opens it here: how it counts is not the question. */
export const circuitProtected: Model = (further, stage) => (now, cut) => {
  const ended = further(now, cut);
  const { at, chunks, failure } = ended;
  if (failure?.kind === 'transient' && !stage.hasLeft(at) && !stage.isRefusing(at)) stage.tell(at, 'circuit_opened');
  const reason = failure === REFUSED ? 'open' : failure?.kind === 'transient' && !stage.hasLeft(at) && 'failure';
  if (!reason || !stage.scene.terms.fallback || chunks > 0 || at >= cut.at) return ended;
  stage.tell(at, `fallback_used ${reason}`);
  return { at, chunks: stage.scene.isStream ? 1 : 0, isFallback: true };
};

export const retryOnTransient: Model = (further, stage) => (now, cut) => {
  const { maxAttempts, minWaitMs, maxWaitMs } = stage.scene.terms.retry;
  let at = now;
  for (let attempt = 1; ; attempt++) {
    const ended = further(at, cut);
    at = ended.at;
    const { failure, chunks } = ended;
    if (!failure) return ended;
    const interruption = (): string | undefined => {
      if (stage.hasLeft(at)) return 'aborted';
      if (at >= cut.at) return 'deadline';
      return stage.isRefusing(at) ? 'circuit-open' : undefined;
    };
    const giveUp = (reason: string): Ended => {
      stage.tell(at, `retry_gave_up ${reason}`);
      return reason === 'aborted' ? { at, chunks, failure: LEFT } : { at, chunks, failure };
    };
    if (chunks > 0) {
      if (failure.kind === 'transient' && !stage.hasLeft(at)) stage.tell(at, 'stream_broken');
      return ended;
    }
    if (stage.hasLeft(at)) return giveUp('aborted');
    if (failure.kind !== 'transient') return ended;
    const { hintMs = 0 } = failure;
    const leftMs = cut.deadline - at;
    const ownMs = Math.min(maxWaitMs, minWaitMs * 2 ** (attempt - 1));
    const waitMs = Math.max(ownMs, Math.min(hintMs * (1 + 0.1 * stage.scene.chance), Math.max(hintMs, maxWaitMs)));
    const stop =
      interruption() ??
      (attempt >= maxAttempts ? 'attempts' : undefined) ??
      (hintMs > maxWaitMs || hintMs >= leftMs ? 'retry-after' : undefined) ??
      (waitMs >= leftMs ? 'deadline' : undefined);
    if (stop) return giveUp(stop);
    stage.tell(at, 'retry_scheduled');
    at = stage.endOfWait(at + waitMs, cut);
    const stopped = interruption();
    if (stopped) return giveUp(stopped);
  }
};

export const respectRateLimit: Model = (further, stage) => (now, cut) => {
  const { maxAttempts, minWaitMs, maxWaitMs } = stage.scene.terms.rateLimit;
  const { chance } = stage.scene;
  let at = now;
  let waitedMs = 0;
  for (let attempt = 1; ; attempt++) {
    const ended = further(at, cut);
    const { failure, chunks } = ended;
    if (failure?.kind !== 'limited' || chunks > 0) return ended;
    at = ended.at;
    const { hintMs } = failure;
    const giveUp = (reason: string, own?: Failure): Ended => {
      stage.tell(at, `rate_limited ${reason}`);
      return { at, chunks, failure: own ?? failure };
    };
    const tooLong = (): Ended =>
      giveUp('max-wait', hintMs === undefined ? undefined : { kind: 'limited', error: 'RateLimitedError' });
    const atLeastMs = Math.max(hintMs ?? 0, minWaitMs);
    // With a hint the gate closes for everybody, whether or not this call waits for it.
    if (hintMs !== undefined) stage.tell(at, 'rate_limited');
    if (stage.hasLeft(at)) return giveUp('aborted', LEFT);
    if (stage.isRefusing(at)) return giveUp('circuit-open');
    if (attempt >= maxAttempts) return giveUp('attempts');
    const leftMs = Math.min(maxWaitMs - waitedMs, cut.deadline - at);
    if (atLeastMs > leftMs) return tooLong();
    const spreadMs = hintMs === undefined ? Math.min(leftMs, minWaitMs * 2 ** attempt) - minWaitMs : 0.2 * atLeastMs;
    const until = at + Math.ceil(atLeastMs + spreadMs * chance);
    // Nothing can come of a wait that goes on until the call's end.
    if (until >= cut.deadline) return tooLong();
    if (hintMs === undefined) stage.tell(at, 'rate_limited');
    const begun = at;
    at = stage.endOfWait(until, cut);
    waitedMs += at - begun;
    if (stage.hasLeft(at)) return giveUp('aborted', LEFT);
    if (at >= cut.at) return { at, chunks, failure: cut.end() };
    if (stage.isRefusing(at)) return giveUp('circuit-open');
  }
};

/** One permit, which another call may hold, and one place to wait in. */
export const concurrencyLimited: Model = (further, stage) => (now, cut) => {
  const { busyUntil, abortAt, terms } = stage.scene;
  if (now >= busyUntil) return further(now, cut);
  if (stage.hasLeft(now)) return { at: now, chunks: 0, failure: LEFT };
  if (stage.isRefusing(now)) return { at: now, chunks: 0, failure: REFUSED };
  const patience = now + terms.maxQueueWaitMs;
  const at = stage.soonest(busyUntil, patience, abortAt, cut.at, stage.refusesFrom);
  if (at === cut.at) return { at, chunks: 0, failure: cut.end() };
  if (at === abortAt) return { at, chunks: 0, failure: LEFT };
  if (at === stage.refusesFrom) return { at, chunks: 0, failure: REFUSED };
  if (at === busyUntil) return further(at, cut);
  stage.tell(at, 'concurrency_refused queue-wait');
  return { at, chunks: 0, failure: { kind: 'refused', error: 'ConcurrencyLimitError' } };
};

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
export function timeLimited(of: 'call' | 'attempts' | 'attempt'): Model {
  return (further, stage) => (now, outer) => {
    const { abortAt, terms } = stage.scene;
    if (stage.hasLeft(now)) return { at: now, chunks: 0, failure: LEFT };
    const own = now + { call: terms.callMs, attempts: terms.attemptsMs, attempt: terms.attemptMs }[of];
    const at = stage.soonest(own, outer.at, abortAt);
    let reason: Failure | undefined;
    const end = (): Failure => {
      if (reason) return reason;
      if (at === outer.at) return (reason = outer.end());
      if (at === own) stage.tell(at, `time_limited ${of === 'attempt' ? 'attempt' : 'call'}`);
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

/** A pause after a 429, and the pace after it, as one call meets them: nobody else waits at the gate. */
class Gate {
  #pauseEnds = Number.NEGATIVE_INFINITY;
  #slot = Number.NEGATIVE_INFINITY;
  #idleSince = Number.NEGATIVE_INFINITY;
  #intervalMs = 0;
  #pauses = 0;
  #isTried = false;
  #isOpen = true;

  /** When a call that comes now may pass. */
  passesAt(now: number): number {
    if (now - this.#idleSince >= REOPENS_MS) this.#isOpen = true;
    if (this.#isOpen) return now;
    const at = Math.max(now, wholeMs(this.#pauseEnds), wholeMs(this.#slot));
    if (at > now) this.#idleSince = Math.max(this.#idleSince, at);
    return at;
  }

  /** A call passes: true if it is the first one after a pause. */
  pass(now: number): boolean {
    if (this.#isOpen) return false;
    const isFirst = !this.#isTried;
    this.#isTried = true;
    this.#slot = Math.max(this.#slot, now - 1) + this.#intervalMs;
    return isFirst;
  }

  /** A 429: true if it has closed a gate that was open. */
  close(now: number, hintMs: number | undefined, wasFirst: boolean, firstIntervalMs: number): boolean {
    this.passesAt(now);
    const wasOpen = this.#isOpen;
    if (wasOpen) this.#intervalMs = firstIntervalMs;
    else if (!wasFirst) this.#intervalMs = Math.min(SLOWEST_MS, this.#intervalMs / 0.8);
    this.#pauses = wasOpen || !wasFirst ? 1 : this.#pauses + 1;
    const pauseMs = hintMs ?? this.#intervalMs * 2 ** (this.#pauses - 1);
    const slot = wasOpen ? now : this.#slot;
    this.#pauseEnds = now + Math.min(pauseMs, MAX_GATE_MS);
    this.#slot = Math.max(slot, this.#pauseEnds);
    this.#idleSince = this.#pauseEnds;
    this.#isTried = false;
    this.#isOpen = false;
    return wasOpen;
  }
}

const MAX_GATE_MS = 300_000;
const REOPENS_MS = 60_000;
const SLOWEST_MS = 60_000;
const LOOK_BACK_MS = 2000;

/** Without what floating point adds. */
const wholeMs = (ms: number): number => Math.ceil(ms - 1e-6);

/** The time between two calls after the first pause: 0.85 of what was succeeding, else one call every `minWait`. */
function firstIntervalMs({ busyUntil, isStream }: Scene, minWaitMs: number, now: number): number {
  // The only call that can have succeeded before is the one that held the permit; a stream succeeds when it opens.
  const succeededAt = isStream ? 0 : busyUntil;
  const hasSucceeded = busyUntil > 0 && succeededAt <= now && now - succeededAt < LOOK_BACK_MS;
  return hasSucceeded ? LOOK_BACK_MS / 0.85 : Math.min(SLOWEST_MS, Math.max(minWaitMs, 100));
}

export const respectRateLimit: Model = (further, stage) => {
  const { maxAttempts, minWaitMs, maxWaitMs } = stage.scene.terms.rateLimit;
  const gate = new Gate();
  return (now, cut) => {
    let at = now;
    let waitedMs = 0;
    /** What the upstream has answered last. */
    let last: Ended | undefined;
    const giveUp = (reason: string, failure: Failure): Ended => {
      stage.tell(at, `rate_limited ${reason}`);
      return { at, chunks: 0, failure };
    };
    const OURS: Failure = { kind: 'limited', error: 'RateLimitedError' };
    /** How the call ends that should not go on. */
    const stopped = (): Ended | undefined => {
      if (stage.hasLeft(at)) return giveUp('aborted', LEFT);
      if (at >= cut.at) return { at, chunks: 0, failure: cut.end() };
      return stage.isRefusing(at) ? giveUp('circuit-open', last?.failure ?? REFUSED) : undefined;
    };
    const doesNotFit = (until: number): boolean => until - at > maxWaitMs - waitedMs || until >= cut.deadline;
    const wait = (until: number): Ended | undefined => {
      const begun = at;
      at = stage.endOfWait(until, cut);
      waitedMs += at - begun;
      return stopped();
    };
    for (let attempt = 1; ; attempt++) {
      const slot = gate.passesAt(at);
      if (slot > at) {
        const end = stopped() ?? (doesNotFit(slot) ? giveUp('max-wait', OURS) : wait(slot));
        if (end) return end;
      }
      const wasFirst = gate.pass(at);
      const ended = further(at, cut);
      const { failure, chunks } = ended;
      if (failure?.kind !== 'limited' || chunks > 0) return ended;
      at = ended.at;
      last = ended;
      const { hintMs } = failure;
      // All callers hear once that the gate has closed, whether or not this call waits for it.
      if (gate.close(at, hintMs, wasFirst, firstIntervalMs(stage.scene, minWaitMs, at))) stage.tell(at, 'rate_limited');
      const end = stopped();
      if (end) return end;
      if (attempt >= maxAttempts) return giveUp('attempts', failure);
      const until = Math.max(at + minWaitMs, gate.passesAt(at));
      if (doesNotFit(until)) return giveUp('max-wait', hintMs === undefined ? failure : OURS);
      const interrupted = wait(until);
      if (interrupted) return interrupted;
    }
  };
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

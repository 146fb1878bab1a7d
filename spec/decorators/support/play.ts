import { expect } from 'chai';
import type { ResilienceEvent } from '#lib/core/events.js';
import type { Timer } from '#lib/core/clock.js';
import { circuit, currentSignal } from '#lib/index.js';
import { gate } from '#lib/runtime/gates.js';
import { turn } from '../../support/upstream.js';
import type { World } from '../../support/virtual-time.js';
import { type Layer, stacked } from './layers.js';
import { ABORTED, chunksOf, REASON, type Scene, type Seen, type Step } from './scene.js';

/**
 * Plays a scene on a real stack, and looks whether it left anything behind.
 * @param name the circuit's, which no scene has had before: its gate would know what succeeded there
 */
export async function play(world: World, stack: readonly Layer[], scene: Scene, name: string): Promise<Seen> {
  const hasCircuit = stack.some((layer) => layer.name === 'CircuitProtected');
  const upstream = new ScriptedUpstream(world, scene);
  const service = serviceOf(stack, scene, upstream, name);
  const start = world.clock.now();
  const caller = new AbortController();
  world.chance = Array(100).fill(scene.chance);
  if (scene.busyUntil > 0) void service.call(new AbortController().signal, scene.busyUntil);
  await turn();
  (world.events as ResilienceEvent[]).length = 0;
  (world.ends as unknown[]).length = 0;

  let at = Number.POSITIVE_INFINITY;
  let outcome: unknown = 'nothing';
  let chunks = 0;
  const settle = (came: unknown): void => {
    at = world.clock.now() - start;
    outcome = came;
  };
  const count = (): void => {
    chunks += 1;
  };
  const happenings = [
    { when: scene.abortAt, happen: () => caller.abort(REASON) },
    ...(hasCircuit ? [{ when: scene.isolateAt, happen: () => circuit(name).isolate() }] : []),
  ].sort((one, other) => one.when - other.when);
  for (const { when, happen } of happenings) if (when < 0) happen();
  void service.call(caller.signal, undefined, count).then(settle);
  for (const { when, happen } of happenings) {
    if (when < 0 || when > LONG_MS) continue;
    await world.clock.advance(`${when - (world.clock.now() - start)}ms`);
    happen();
    await turn();
  }
  await world.clock.advance(`${LONG_MS - (world.clock.now() - start)}ms`);
  const calls = upstream.calls.map((call) => call - start);
  const own = world.events.filter((event) => !isByHand(event));
  const events = own.map(told);
  const seen = { at, outcome, chunks, calls, events };
  // Whatever the stack: a call that ended in an error is emitted once, as one that did not is never.
  const failed = world.ends.filter(({ type }) => type === 'call_failed');
  expect(failed, 'calls that failed').to.have.length(isError(outcome) ? 1 : 0);

  upstream.heal();
  await world.clock.advance('0ms');
  expect(world.clock.timers, 'timers left').to.equal(0);
  await leavesNothing(world, service, upstream, hasCircuit ? name : undefined, stack);
  return seen;
}

/** Longer than anything in a scene lasts. */
const LONG_MS = 200_000;

/** One call more goes through; and where there is one permit, there is one, and one place to wait in. */
async function leavesNothing(
  world: World,
  service: Service,
  upstream: ScriptedUpstream,
  circuitName: string | undefined,
  stack: readonly Layer[],
): Promise<void> {
  if (circuitName !== undefined) circuit(circuitName).reset();
  // Behind a circuit, the gate is the circuit's. The others share a name with every scene before.
  else if (stack.some((layer) => layer.name === 'RespectRateLimit'))
    for (const label of ['Scripted.ask', 'Scripted.read']) gate(label).open();
  upstream.mostAtWork = 0;
  const asked = [1, 2, 3].map(() => service.call(new AbortController().signal));
  await world.clock.advance('1s');
  const isNarrow = stack.some((layer) => layer.name === 'ConcurrencyLimited');
  expect(await Promise.all(asked)).to.deep.equal(['answer', 'answer', isNarrow ? 'ConcurrencyLimitError' : 'answer']);
  expect(upstream.mostAtWork, 'at work').to.equal(isNarrow ? 1 : 3);
  expect(world.clock.timers, 'timers left').to.equal(0);
}

interface Service {
  /** What it comes to, an error too. */
  readonly call: (signal: AbortSignal, holdMs?: number, onChunk?: () => void) => Promise<unknown>;
}

function serviceOf(stack: readonly Layer[], { isStream, terms }: Scene, upstream: ScriptedUpstream, name: string) {
  const decorators = stack.map(({ decorator }) => decorator(terms, name));
  class Scripted {
    @stacked(decorators)
    async ask(signal: AbortSignal, holdMs?: number): Promise<unknown> {
      return upstream.answer(signal, holdMs);
    }

    @stacked(decorators)
    async *read(signal: AbortSignal, holdMs?: number): AsyncGenerator<unknown> {
      yield* upstream.chunks(signal, holdMs);
    }
  }
  const scripted = new Scripted();
  const call: Service['call'] = async (signal, holdMs, onChunk) => {
    try {
      if (!isStream) return await scripted.ask(signal, holdMs);
      let last: unknown = 'answer';
      for await (const chunk of scripted.read(signal, holdMs)) {
        onChunk?.();
        last = chunk;
      }
      return last;
    } catch (error) {
      return isOurs(error) ? error.name : error;
    }
  };
  return { call } satisfies Service;
}

class ScriptedUpstream {
  readonly calls: number[] = [];
  mostAtWork = 0;
  #atWork = 0;
  #isHealthy = false;
  readonly #pending = new Set<() => void>();

  constructor(
    private readonly world: World,
    private readonly scene: Scene,
  ) {}

  async answer(signal: AbortSignal, holdMs?: number): Promise<unknown> {
    await this.#work(this.#next(holdMs), signal);
    return 'answer';
  }

  async *chunks(signal: AbortSignal, holdMs?: number): AsyncGenerator<unknown> {
    const step = this.#next(holdMs);
    for (let i = 0; i < chunksOf(step); i++) yield 'answer';
    await this.#work(step, signal);
  }

  /** From now on it answers, in its time; whatever hangs or is slow comes to its end now. */
  heal(): void {
    this.#isHealthy = true;
    for (const end of [...this.#pending]) end();
  }

  #next(holdMs: number | undefined): Step {
    if (holdMs !== undefined) return { afterMs: holdMs };
    if (this.#isHealthy) return { afterMs: 10 };
    this.calls.push(this.world.clock.now());
    const { steps } = this.scene;
    return steps[Math.min(this.calls.length, steps.length) - 1] as Step;
  }

  async #work({ afterMs, failure }: Step, given: AbortSignal): Promise<void> {
    this.#atWork += 1;
    this.mostAtWork = Math.max(this.mostAtWork, this.#atWork);
    try {
      await this.#sleep(afterMs, currentSignal() ?? given);
    } finally {
      this.#atWork -= 1;
    }
    if (failure && !this.#isHealthy) throw failure.error;
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.world;
    return new Promise((resolve, reject) => {
      let timer: Timer;
      const end = (): void => {
        clock.clearTimer(timer);
        this.#pending.delete(end);
        if (this.scene.heeds && signal.aborted) reject(ABORTED);
        else resolve();
      };
      this.#pending.add(end);
      if (Number.isFinite(ms)) timer = clock.setTimer(end, ms);
      if (!this.scene.heeds) return;
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }
}

/** What `service.call` comes to if the call fails: the error, or the name of one of ours. */
function isError(outcome: unknown): boolean {
  return outcome instanceof Error || outcome === REASON || outcome === ABORTED || OURS.includes(outcome as string);
}

const OURS = ['TimeLimitError', 'RateLimitedError', 'ConcurrencyLimitError', 'CircuitOpenError'];

function isOurs(error: unknown): error is Error {
  return error instanceof Error && OURS.includes(error.name);
}

function isByHand(event: ResilienceEvent): boolean {
  return event.type === 'circuit_opened' && event.state === 'isolated';
}

/** Why a circuit moved is told elsewhere. */
function told(event: ResilienceEvent): string {
  if (event.type === 'circuit_opened') return event.type;
  return 'reason' in event ? `${event.type} ${event.reason}` : event.type;
}

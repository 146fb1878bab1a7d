import { expect } from 'chai';
import fc from 'fast-check';
import { Admission, type CircuitPort, UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { RetryBudget } from '#lib/call/retry-budget.js';
import { Scope } from '#lib/call/scope.js';
import type { StopCause } from '#lib/call/scope.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf, strict } from '../support/method-context.js';

const SEQUENCES = Number(process.env.SEQUENCES ?? 300);
const LIMIT_MS = 1000;
const PRECEDENCE: readonly StopCause[] = ['aborted', 'deadline', 'circuit-open', 'lost'];

/** A limit with a deadline by the clock, whose timer is the spec's. */
class Limit extends Scope {
  readonly error = new Error('deadline');
  readonly #due: number;

  constructor(
    call: Call,
    private readonly clock: FakeClock,
  ) {
    super(call);
    this.#due = clock.now() + LIMIT_MS;
  }

  override get deadline(): number {
    return Math.min(super.deadline, this.#due);
  }

  override expire(): void {
    if (this.clock.now() >= this.#due) this.end('deadline', this.error);
    else super.expire();
  }
}

function scene({ withSignal = true } = {}) {
  const clock = new FakeClock(0);
  const controller = new AbortController();
  const listeners = new Set<() => void>();
  let epoch = 0;
  const circuit: CircuitPort = {
    name: 'c',
    budget: new RetryBudget(),
    rejectsSince: (since) => since !== epoch,
    rejection: () => errors['circuit-open'],
    onTransition: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const call = new Call(
    contextOf(strict(clock)),
    undefined,
    [],
    new Admission(circuit, 0, 0),
    withSignal ? controller.signal : undefined,
  );
  const limit = new Limit(call, clock);
  const attempt = new Scope(call);
  const errors: Record<StopCause, Error> = {
    aborted: new Error('aborted'),
    deadline: limit.error,
    'circuit-open': new Error('open'),
    lost: new Error('lost'),
  };
  const causes: Record<StopCause, () => void> = {
    aborted: () => controller.abort(errors.aborted),
    deadline: () => limit.end('deadline', errors.deadline),
    'circuit-open': () => {
      epoch += 1;
      for (const listener of [...listeners]) listener();
    },
    lost: () => attempt.end('lost', errors.lost),
  };
  const closeAgain = (): void => {
    epoch = 0;
    for (const listener of [...listeners]) listener();
  };
  return { clock, call, controller, limit, attempt, errors, causes, listeners, closeAgain };
}

describe('What stops a call', () => {
  it('is nothing while nothing has happened', () => {
    const { call } = scene();
    expect(call.stop.cause).to.equal(undefined);
    expect(call.stop.error).to.equal(undefined);
    expect(call.stop.leftMs).to.equal(LIMIT_MS);
    const bare = new Call(contextOf(new FakeClock(0)), undefined, [], UNGUARDED);
    expect(bare.stop.cause).to.equal(undefined);
    expect(bare.stop.leftMs).to.equal(Number.POSITIVE_INFINITY);
    expect(bare.stop).to.equal(bare.stop);
  });

  it('is one cause, the first of caller, deadline, circuit and lost, in whatever order they come at one moment', () => {
    const someOrder = fc.shuffledSubarray([...PRECEDENCE], { minLength: 1 });
    fc.assert(
      fc.property(someOrder, (order) => {
        const { call, causes, errors } = scene();
        for (const cause of order) causes[cause]();
        // A lost attempt does not end the call around it, but what ends that ends the attempt first.
        const expected = PRECEDENCE.find((cause) => order.includes(cause)) as StopCause;
        expect(call.stop.cause).to.equal(expected);
        expect(call.stop.error).to.equal(errors[expected]);
      }),
      { numRuns: SEQUENCES },
    );
  });

  it('ends a wait once, with the cause that came first, and leaves nothing behind', async () => {
    const someOrder = fc.shuffledSubarray([...PRECEDENCE], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(someOrder, fc.boolean(), async (order, isBefore) => {
        const { call, causes, clock, listeners } = scene();
        if (isBefore) for (const cause of order) causes[cause]();
        const waited = call.stop.wait(100);
        if (!isBefore) for (const cause of order) causes[cause]();
        const expected = isBefore ? PRECEDENCE.find((cause) => order.includes(cause)) : order[0];
        expect(await waited).to.equal(expected);
        expect(clock.timers).to.equal(0);
        expect(listeners.size).to.equal(0);
      }),
      { numRuns: SEQUENCES },
    );
  });

  it('is the deadline by the clock, also if its timer is late, and the limit ends for whoever asks for the error', async () => {
    const { call, clock, limit, attempt } = scene();
    await clock.advance('999ms');
    expect(call.stop.cause).to.equal(undefined);
    expect(call.stop.leftMs).to.equal(1);
    await clock.advance('1ms');
    expect(call.stop.cause).to.equal('deadline');
    expect(limit.ended).to.equal(undefined);
    expect(call.stop.error).to.equal(limit.error);
    expect(limit.ended).to.deep.equal({ cause: 'deadline', error: limit.error });
    expect(attempt.ended).to.deep.equal(limit.ended);
  });

  it('is the nearest deadline of several limits', () => {
    const { call, clock } = scene();
    const inner = new Limit(call, clock);
    expect(inner.deadline).to.equal(LIMIT_MS);
    expect(call.stop.leftMs).to.equal(LIMIT_MS);
  });

  it('is the circuit only while it rejects, except for a wait that it ended', async () => {
    const { call, causes, closeAgain, errors } = scene();
    const waited = call.stop.wait(100);
    causes['circuit-open']();
    expect(call.stop.error).to.equal(errors['circuit-open']);
    closeAgain();
    expect(await waited).to.equal('circuit-open');
    expect(call.stop.cause).to.equal(undefined);
  });

  it('is not a circuit that only watches', () => {
    const { call, causes } = scene();
    const { circuit } = call.admission;
    call.admission = new Admission(circuit, 0, 0, 0, true);
    causes['circuit-open']();
    expect(call.stop.cause).to.equal(undefined);
    expect(call.admission.onChange(() => undefined)).to.equal(undefined);
  });

  it('lets a wait end by itself, without a cause, and forgets its listeners', async () => {
    const { call, clock, listeners } = scene();
    const waited = call.stop.wait(100);
    expect(listeners.size).to.equal(1);
    await clock.advance('99ms');
    expect(clock.timers).to.equal(1);
    await clock.advance('1ms');
    expect(await waited).to.equal(undefined);
    expect([clock.timers, listeners.size]).to.deep.equal([0, 0]);
  });

  it('tells its listener once, and not at all once that has left', () => {
    const { call, causes } = scene();
    let heard = 0;
    const leave = call.stop.onStop(() => (heard += 1));
    const left = call.stop.onStop(() => (heard += 100));
    left();
    causes.aborted();
    causes['circuit-open']();
    causes.deadline();
    expect(heard).to.equal(1);
    leave();
  });

  it('does not tell of a circuit that changes without rejecting', () => {
    const { call, closeAgain } = scene();
    let heard = 0;
    call.stop.onStop(() => (heard += 1));
    closeAgain();
    expect(heard).to.equal(0);
  });

  it("is the caller's reason where a scope brings it, without a signal of the call's own", () => {
    const { call, attempt } = scene({ withSignal: false });
    const reason = new Error('left');
    attempt.end('aborted', reason);
    expect(call.stop.cause).to.equal('aborted');
    expect(call.stop.error).to.equal(reason);
    expect(call.isAborted).to.equal(true);
  });
});

import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { currentSignal, Scope } from '#lib/call/scope.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf } from '../support/method-context.js';
import { deferred, rejectionOf, turn } from '../support/upstream.js';

describe('A scope', () => {
  const callWith = (signal?: AbortSignal): Call =>
    new Call(contextOf(new FakeClock(0)), undefined, [], UNGUARDED, signal);
  const hang = (): Promise<never> => new Promise(() => undefined);

  it('is the innermost of its call until it is over, then the one around it is', () => {
    const call = callWith();
    const outer = new Scope(call);
    const inner = new Scope(call);
    expect(call.scope).to.equal(inner);
    expect(inner.parent).to.equal(outer);
    inner.release();
    expect(call.scope).to.equal(outer);
    inner.release();
    expect(call.scope).to.equal(outer);
    outer.release();
    expect(call.scope).to.equal(undefined);
    expect(outer.isReleased).to.equal(true);
  });

  it('does not put itself back if it is released before one further in', () => {
    const call = callWith();
    const outer = new Scope(call);
    const inner = new Scope(call);
    outer.release();
    expect(call.scope).to.equal(inner);
  });

  it('runs its method with its signal as the current one, and has none to give once it is released', async () => {
    const call = callWith();
    const scope = new Scope(call);
    const seen: unknown[] = [];
    const running = deferred();
    const run = scope.run(async () => {
      seen.push(currentSignal() === scope.signal);
      await running.promise;
      seen.push(currentSignal() === scope.signal);
      scope.release();
      seen.push(currentSignal());
      return 'value';
    });
    expect(scope.isRunning).to.equal(true);
    running.resolve(undefined);
    expect(await run).to.equal('value');
    expect(scope.isRunning).to.equal(false);
    expect(seen).to.deep.equal([true, true, undefined]);
    expect(currentSignal()).to.equal(undefined);
  });

  it('rejects what runs in it as soon as it ends, before its signal aborts, and ignores the outcome', async () => {
    const scope = new Scope(callWith());
    const error = new Error('over');
    const order: string[] = [];
    scope.signal.addEventListener('abort', () => order.push('signal'));
    scope.onEnd(() => order.push('listener'));
    const late = deferred();
    const failed = rejectionOf(scope.run(() => late.promise as Promise<unknown>));
    scope.end('lost', error);
    scope.end('aborted', new Error('later'));
    expect(order).to.deep.equal(['listener', 'signal']);
    expect(scope.signal.reason).to.equal(error);
    expect(scope.ended).to.deep.equal({ cause: 'lost', error });
    expect(await failed).to.equal(error);
    late.reject(new Error('ignored'));
    await turn();
  });

  it('does not call a listener that another one has removed', () => {
    const scope = new Scope(callWith());
    const called: string[] = [];
    scope.onEnd(() => {
      called.push('first');
      remove();
    });
    const remove = scope.onEnd(() => called.push('removed'));
    scope.end('lost', new Error('over'));
    expect(called).to.deep.equal(['first']);
  });

  it('runs nothing once it has ended, and its signal is aborted from the start', async () => {
    const scope = new Scope(callWith());
    const error = new Error('over');
    scope.end('deadline', error);
    expect(await rejectionOf(scope.run(() => expect.fail('it ran')))).to.equal(error);
    expect(scope.signal).to.include({ aborted: true, reason: error });
  });

  it('hands on what fails in it', async () => {
    const scope = new Scope(callWith());
    const error = new Error('x');
    expect(await rejectionOf(scope.run(() => Promise.reject(error)))).to.equal(error);
    expect(scope.isRunning).to.equal(false);
    expect(scope.ended).to.equal(undefined);
  });

  it("ends when the caller's signal aborts, with its reason, also if that was before", async () => {
    const controller = new AbortController();
    const call = callWith(controller.signal);
    const scope = new Scope(call);
    const reason = new Error('gone');
    const failed = rejectionOf(scope.run(hang));
    controller.abort(reason);
    expect(await failed).to.equal(reason);
    expect(scope.ended).to.deep.equal({ cause: 'aborted', error: reason });
    expect(new Scope(call).ended).to.deep.equal({ cause: 'aborted', error: reason });
    expect(new Scope(callWith(controller.signal)).ended).to.deep.equal({ cause: 'aborted', error: reason });
  });

  it('ends with the one around it, for the same cause, also if that was before', () => {
    const call = callWith();
    const outer = new Scope(call);
    const inner = new Scope(call);
    const error = new Error('over');
    outer.end('deadline', error);
    expect(inner.ended).to.deep.equal({ cause: 'deadline', error });
    expect(new Scope(call).ended).to.deep.equal({ cause: 'deadline', error });
  });

  it('does not end the one around it', () => {
    const call = callWith();
    const outer = new Scope(call);
    const inner = new Scope(call);
    inner.end('lost', new Error('lost'));
    expect(outer.ended).to.equal(undefined);
  });

  it('knows how it and those around it ended', () => {
    const call = callWith();
    const outer = new Scope(call);
    const inner = new Scope(call);
    const [lost, late] = [new Error('lost'), new Error('late')];
    inner.end('lost', lost);
    outer.end('deadline', late);
    expect(inner.ending('lost')).to.deep.equal({ cause: 'lost', error: lost });
    expect(inner.ending('deadline')).to.deep.equal({ cause: 'deadline', error: late });
    expect(inner.hasEnded('deadline')).to.equal(true);
    expect(inner.hasEnded('aborted')).to.equal(false);
    expect(outer.hasEnded('lost')).to.equal(false);
  });

  it('has no deadline unless one around it has', () => {
    const call = callWith();
    const outer = new (class extends Scope {
      expired = 0;
      override get deadline(): number {
        return 7;
      }
      override expire(): void {
        this.expired += 1;
      }
    })(call);
    const inner = new Scope(call);
    expect(inner.deadline).to.equal(7);
    inner.expire();
    expect(outer.expired).to.equal(1);
    const alone = new Scope(callWith());
    alone.expire();
    expect(alone.deadline).to.equal(Number.POSITIVE_INFINITY);
    expect(alone.ended).to.equal(undefined);
  });

  it('tells nobody of its end who has stopped listening, or once it is released', () => {
    const scope = new Scope(callWith());
    let heard = 0;
    scope.onEnd(() => (heard += 1))();
    const released = new Scope(callWith());
    released.onEnd(() => (heard += 1));
    released.release();
    released.end('lost', new Error('x'));
    scope.end('lost', new Error('x'));
    expect(heard).to.equal(0);
  });

  it("leaves no listener with the caller's signal or the scope around it once it is over", () => {
    for (const end of [(scope: Scope) => scope.release(), (scope: Scope) => scope.end('lost', new Error('x'))]) {
      const { signal } = new AbortController();
      let listeners = 0;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
      signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
      const call = callWith(signal);
      const scopes = [new Scope(call), new Scope(call)];
      expect(listeners).to.equal(1);
      for (const scope of scopes.reverse()) end(scope);
      expect(listeners).to.equal(0);
    }
  });
});

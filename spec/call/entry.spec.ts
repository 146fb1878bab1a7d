import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { handle, handleStream, inScope } from '#lib/call/entry.js';
import { opens } from '#lib/call/opener.js';
import type { Next } from '#lib/call/policy.js';
import { currentSignal, Scope } from '#lib/call/scope.js';
import { CallStats } from '#lib/call/stats.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf } from '../support/method-context.js';
import { rejectionOf } from '../support/upstream.js';

describe('The entry of a call', () => {
  const context = contextOf(new FakeClock(0));
  const failing = {
    ...context,
    signalOf: (): never => {
      throw new Error('no signal');
    },
  };
  let seen: (Call | undefined)[] = [];
  const run: Next = async (self, args, call) => {
    seen.push(call);
    return [self, args];
  };
  beforeEach(() => {
    seen = [];
  });

  it('makes no Call without a signal, and one with it that knows everything of the call', async () => {
    const { signal } = new AbortController();
    const entered = handle(run, context);
    expect(await entered('self', ['a'])).to.deep.equal(['self', ['a']]);
    expect(await entered('self', ['a', signal])).to.deep.equal(['self', ['a', signal]]);
    expect(seen[0]).to.equal(undefined);
    expect(seen[1]).to.be.instanceOf(Call);
    expect(seen[1]).to.include({ context, self: 'self', signal, admission: UNGUARDED });
    expect(seen[1]?.args).to.deep.equal(['a', signal]);
  });

  it('runs nothing for a signal that is aborted: the call fails with its reason', async () => {
    const reason = new Error('gone');
    expect(await rejectionOf(handle(run, context)(undefined, [AbortSignal.abort(reason)]))).to.equal(reason);
    expect(await rejectionOf(handleStream(run, context)(undefined, [AbortSignal.abort(reason)]).next())).to.equal(
      reason,
    );
    expect(seen).to.deep.equal([]);
  });

  it('looks at the signal of a stream again when its first chunk is asked for', async () => {
    const controller = new AbortController();
    const stream = handleStream(run, context)(undefined, [controller.signal]);
    const reason = new Error('gone meanwhile');
    controller.abort(reason);
    expect(await rejectionOf(stream.next())).to.equal(reason);
    expect(seen).to.deep.equal([]);
  });

  it('fails the call if the function that finds the signal throws, a stream when it is read', async () => {
    expect(await rejectionOf(handle(run, failing)(undefined, []))).to.have.property('message', 'no signal');
    const stream = handleStream(run, failing)(undefined, []);
    expect(await rejectionOf(stream.next())).to.have.property('message', 'no signal');
    expect(await stream.next()).to.deep.equal({ value: undefined, done: true });
    expect(seen).to.deep.equal([]);
  });

  it('hands a stream out as an object like a generator, of its own for each call', async () => {
    const read = handleStream(
      opens(async function* () {
        yield 'a';
      }, context),
      context,
    );
    const stream = read(undefined, []);
    expect(stream).not.to.equal(read(undefined, []));
    expect(stream[Symbol.asyncIterator]()).to.equal(stream);
    expect(Object.prototype.toString.call(stream)).to.equal('[object AsyncGenerator]');
    expect(await stream.next()).to.deep.equal({ value: 'a', done: false });
    await (Reflect.get(stream, Symbol.asyncDispose) as () => Promise<void>).call(stream);
    expect(await stream.next()).to.deep.equal({ value: undefined, done: true });
  });

  it('runs the method in the innermost scope of its call, or as it is without one', async () => {
    const method = inScope(async () => currentSignal(), context);
    const call = new Call(context, undefined, [], UNGUARDED);
    expect(await method(undefined, [])).to.equal(undefined);
    expect(await method(undefined, [], call)).to.equal(undefined);
    const scope = new Scope(call);
    expect(await method(undefined, [], call)).to.equal(scope.signal);
  });

  it('notes when a call begins if its time is measured', async () => {
    const clock = new FakeClock(7000);
    const timed = handle(run, { ...contextOf(clock), isTimed: true });
    await timed('self', ['a', new AbortController().signal]);
    expect(seen.at(-1)?.since).to.equal(7000);
    await handle(run, contextOf(clock))('self', ['a', new AbortController().signal]);
    expect(seen.at(-1)?.since).to.equal(undefined);
  });

  it('counts each stream that is asked for a chunk, also if its signal cannot be found', async () => {
    const own = { ...context, stats: new CallStats() };
    const stream = handleStream(run, own)(undefined, []);
    expect(own.stats.started).to.equal(0);
    await stream.next();
    expect(own.stats.started).to.equal(1);
    const broken = { ...failing, stats: new CallStats() };
    await rejectionOf(handleStream(run, broken)(undefined, []).next());
    expect(broken.stats.started).to.equal(1);
  });
});

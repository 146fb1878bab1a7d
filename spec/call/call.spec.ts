import { expect } from 'chai';
import { UNGUARDED } from '#lib/call/admission.js';
import { Call } from '#lib/call/call.js';
import { Scope } from '#lib/call/scope.js';
import { FakeClock } from '#lib/testing/index.js';
import { contextOf } from '../support/method-context.js';
import { unavailable } from '../support/upstream.js';

describe('A call', () => {
  const newCall = (context = contextOf(new FakeClock(1000))): Call => new Call(context, undefined, [], UNGUARDED);

  it('shows chaos in a part of it also in the whole, and there for good', () => {
    const whole = newCall();
    const part = Object.assign(newCall(), { whole });
    part.noteDisturbance(false);
    expect([part.isDisturbed, whole.isDisturbed]).to.deep.equal([false, false]);
    part.noteDisturbance(true);
    expect([part.isDisturbed, whole.isDisturbed]).to.deep.equal([true, true]);
    part.noteDisturbance(false);
    expect([part.isDisturbed, whole.isDisturbed]).to.deep.equal([false, true]);
  });

  it('classifies a failure once for all, knowing whether the attempt was ended from outside', () => {
    const asked: unknown[] = [];
    const context = contextOf(new FakeClock(1000));
    const { classify } = context;
    const noting = {
      ...context,
      classify: (...given: Parameters<typeof classify>) => {
        asked.push(given.slice(1));
        return classify(...given);
      },
    };
    const call = newCall(noting);
    const error = unavailable();
    expect(call.failureOf(error)).to.equal(call.failureOf(error)).and.to.include({ kind: 'server' });
    const scope = new Scope(call);
    call.failureOf(unavailable());
    scope.end('deadline', new Error('limit'));
    call.failureOf(unavailable());
    expect(asked).to.deep.equal([
      [1000, false],
      [1000, false],
      [1000, true],
    ]);
  });
});

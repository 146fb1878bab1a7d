import { expect } from 'chai';
import { Coalesced, Hedged, RespectRateLimit, RetryOnTransient, TimeLimited } from '#lib/index.js';
import { findSignal, isSignal, onAbort, reasonOf } from '#lib/call/signals.js';
import { rejectionOf } from '../support/upstream.js';

/** A signal of an old polyfill: there was no reason at first. */
function withoutReason() {
  const target = new EventTarget();
  const state = { isAborted: false };
  const signal = {
    get aborted() {
      return state.isAborted;
    },
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  } as unknown as AbortSignal;
  const abort = (): void => {
    state.isAborted = true;
    target.dispatchEvent(new Event('abort'));
  };
  return { signal, abort };
}

describe('The signal of a caller', () => {
  const { signal } = new AbortController();

  it('is found among the arguments, as one of them or as the signal of an object or a function', () => {
    expect(findSignal(['question', signal])).to.equal(signal);
    expect(findSignal([undefined, null, 7, { stream: true }, { signal }])).to.equal(signal);
    expect(findSignal([Object.assign(() => 1, { signal })])).to.equal(signal);
  });

  it('is the first where there are several', () => {
    const other = AbortSignal.abort();
    expect(findSignal([{ signal }, other])).to.equal(signal);
    expect(findSignal([other, { signal }])).to.equal(other);
  });

  it('is none where nothing is an AbortSignal', () => {
    for (const args of [[], ['signal'], [{ signal: 'signal' }], [{ signal: { aborted: true } }], [[signal]]])
      expect(findSignal(args)).to.equal(undefined);
  });

  it('is known by its shape, all of it', () => {
    const shape = { aborted: false, addEventListener: () => undefined, removeEventListener: () => undefined };
    expect(isSignal(shape)).to.equal(true);
    expect(findSignal([{ signal: shape }])).to.equal(shape);
    for (const part of Object.keys(shape)) {
      const { [part as 'aborted']: left, ...rest } = shape;
      expect([left === undefined, isSignal(rest), isSignal({ ...shape, [part]: 'x' })], part).to.deep.equal([
        false,
        false,
        false,
      ]);
    }
    for (const value of [undefined, null, 'signal', 7, Object.assign(() => 1, shape)])
      expect(isSignal(value)).to.equal(false);
  });

  it('is none of an object that throws', () => {
    const throwing = {
      get signal(): never {
        throw new Error('no');
      },
      get aborted(): never {
        throw new Error('no');
      },
    };
    expect([isSignal(throwing), findSignal([throwing])]).to.deep.equal([false, undefined]);
  });

  it('is found behind arguments that throw at everything', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(findSignal([proxy, { signal: proxy }, signal])).to.equal(signal);
  });
});

describe('The reason of an abort', () => {
  it('is the one that was given, whatever that is', () => {
    for (const reason of [new Error('left'), 'left', null, 0])
      expect(reasonOf(AbortSignal.abort(reason))).to.equal(reason);
    expect(reasonOf(AbortSignal.abort())).to.have.property('name', 'AbortError');
  });

  it('is an AbortError where the signal does not say', () => {
    const { signal, abort } = withoutReason();
    abort();
    expect(reasonOf(signal)).to.include({ name: 'AbortError', message: 'This operation was aborted' });
  });

  it('is what a call rejects with, before it and during it, under any policy', async () => {
    const forever = (_signal: AbortSignal): Promise<never> => new Promise(() => undefined);
    for (const decorate of [
      RetryOnTransient(),
      TimeLimited('1h'),
      Hedged({ after: '1h' }),
      Coalesced({ key: () => 'key' }),
      RespectRateLimit(),
    ]) {
      for (const isEarly of [true, false]) {
        const { signal, abort } = withoutReason();
        if (isEarly) abort();
        const ask = TimeLimited('2h')(async (given: AbortSignal) => decorate(forever)(given));
        const asked = rejectionOf(ask(signal));
        abort();
        expect(await asked).to.have.property('name', 'AbortError');
      }
    }
  });
});

describe('A listener for the abort of a signal', () => {
  it('is not called once another listener has removed it', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => {
      called.push('first');
      remove();
    });
    const remove = onAbort(controller.signal, () => called.push('removed'));
    onAbort(controller.signal, () => called.push('last'));
    controller.abort();
    expect(called).to.deep.equal(['first', 'last']);
  });
});

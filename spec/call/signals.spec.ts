import { expect } from 'chai';
import { findSignal, isSignal, onAbort } from '#lib/call/signals.js';

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

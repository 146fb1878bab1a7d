import sinon from 'sinon';

const realTurn = setImmediate;
const nextTurn = () => new Promise((resolve) => realTurn(resolve));

/** What a library may take time or chance from. */
const FAKED = [
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'],
  ...['Date', 'performance'],
];

/** Some moment: a clock that begins at 0 is one that no library has seen. */
const START = Date.UTC(2026, 0, 1);

/**
 * Puts virtual time and repeatable chance in the place of the globals. sinon's own `tickAsync` waits a real millisecond
 * for each timer; here everything that a timer set off runs, and the next one fires at once.
 *
 * @param {() => number} random
 */
export function takeOverTime(random) {
  const clock = sinon.useFakeTimers({ now: START, toFake: FAKED });
  // As Node does: a part of a millisecond would fire at the same moment, for a limiter that asks again and again.
  const { setTimeout: fakeTimeout } = globalThis;
  globalThis.setTimeout = (callback, ms, ...args) =>
    fakeTimeout(callback, ms > 0 ? Math.max(1, Math.trunc(ms)) : ms, ...args);
  const realRandom = Math.random;
  Math.random = random;
  return {
    /** Lets time go on until `work` is done. */
    async until(work, signal) {
      let isOver = false;
      const over = () => (isOver = true);
      work.then(over, over);
      for (;;) {
        await nextTurn();
        if (isOver) return work;
        signal?.throwIfAborted();
        if (clock.countTimers() === 0) throw new Error('nothing is under way, and yet the replay is not over');
        clock.next();
      }
    },
    restore() {
      Math.random = realRandom;
      globalThis.setTimeout = fakeTimeout;
      clock.restore();
    },
  };
}

import { expect } from 'chai';
import fc from 'fast-check';
import { type Pending, TimerQueue } from '#lib/testing/timer-queue.js';

const ignore = (): void => undefined;

/** Takes everything out, in its order. */
function drain(queue: TimerQueue): Pending[] {
  const taken: Pending[] = [];
  for (let next = queue.first; next; next = queue.first) {
    taken.push(next);
    queue.remove(next);
  }
  return taken;
}

describe('TimerQueue', () => {
  it('hands out timers by their moment, those of one moment as they were set, and none that was cleared', () => {
    const step = fc.record({ due: fc.integer({ min: 0, max: 9 }), clear: fc.option(fc.nat(40)) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new TimerQueue();
        const set: Pending[] = [];
        const cleared = new Set<Pending>();
        for (const { due, clear } of steps) {
          set.push(queue.add(due, ignore));
          const gone = clear === null ? undefined : set[clear];
          if (gone) cleared.add(gone);
          queue.remove(gone);
        }
        const left = set.filter((timer) => !cleared.has(timer));
        expect(queue.size).to.equal(left.length);
        // A sort keeps the order of what is equal.
        expect(drain(queue)).to.deep.equal([...left].sort((one, other) => one.due - other.due));
        expect(queue.size).to.equal(0);
      }),
    );
  });

  it('ignores a timer that is cleared twice, that of another queue, and none', () => {
    const [queue, other] = [new TimerQueue(), new TimerQueue()];
    const kept = queue.add(1, ignore);
    const gone = queue.add(2, ignore);
    queue.remove(gone);
    queue.remove(gone);
    queue.remove(other.add(1, ignore));
    queue.remove(undefined);
    expect(drain(queue)).to.deep.equal([kept]);
  });

  it('sets, clears and hands out a hundred thousand timers without walking through all of them each time', function () {
    this.timeout(5000);
    const queue = new TimerQueue();
    const timers = Array.from({ length: 100_000 }, (_, i) => queue.add((i * 7919) % 100_000, ignore));
    for (const timer of timers.slice(0, 50_000)) queue.remove(timer);
    expect(drain(queue)).to.have.length(50_000);
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { Bulkhead, type PlaceInLine } from '#lib/policies/concurrency/bulkhead.js';

describe('A bulkhead', () => {
  type Step =
    | { readonly kind: 'enter' }
    | { readonly kind: 'leave' | 'quit'; readonly which: number }
    | { readonly kind: 'resize'; readonly limit: number };

  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.constant<Step>({ kind: 'enter' }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat(30) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('quit' as const), which: fc.nat(30) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('resize' as const), limit: fc.integer({ min: 1, max: 6 }) }),
    },
  );

  it('never has more calls at work than its limit, keeps their order, and gets every permit back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 100 }), (first, steps) => {
        const bulkhead = new Bulkhead();
        bulkhead.resize(first);
        let limit = first;
        let calls = 0;
        const atWork: number[] = [];
        const waiting: { number: number; place: PlaceInLine }[] = [];
        // More may be at work after the limit has fallen, but none is let in then.
        const begin = (number: number): void => {
          atWork.push(number);
          expect(atWork.length).to.be.at.most(limit);
        };
        const take = <T>(list: T[], which: number): T | undefined => list.splice(which % (list.length || 1), 1)[0];
        const run: Record<Step['kind'], (at: never) => void> = {
          enter: () => {
            const number = calls++;
            if (bulkhead.enter()) {
              expect(waiting).to.have.lengthOf(0);
              begin(number);
              return;
            }
            const place = bulkhead.waitInLine(() => {
              expect(waiting.shift()?.number).to.equal(number);
              begin(number);
            });
            waiting.push({ number, place });
          },
          leave: ({ which }: { which: number }) => {
            if (take(atWork, which) !== undefined) bulkhead.leave();
          },
          quit: ({ which }: { which: number }) => {
            const quitter = take(waiting, which);
            if (quitter) bulkhead.quit(quitter.place);
          },
          resize: (resized: { limit: number }) => {
            limit = resized.limit;
            bulkhead.resize(limit);
          },
        };
        for (const one of steps) {
          run[one.kind](one as never);
          expect(bulkhead).to.include({ limit, atWork: atWork.length, waiting: waiting.length });
          if (waiting.length > 0) expect(atWork.length).to.be.at.least(limit);
        }
        while (atWork.length > 0) run.leave({ which: 0 } as never);
        expect(bulkhead).to.include({ atWork: 0, waiting: 0 });
        expect(waiting).to.deep.equal([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('is half used from the moment that half of its permits are out', () => {
    const bulkhead = new Bulkhead();
    bulkhead.resize(4);
    const seen: boolean[] = [bulkhead.isHalfUsed];
    for (let i = 0; i < 3; i++) {
      bulkhead.enter();
      seen.push(bulkhead.isHalfUsed);
    }
    expect(seen).to.deep.equal([false, false, true, true]);
  });

  it('lets those who wait in as its limit grows', () => {
    const bulkhead = new Bulkhead();
    bulkhead.resize(1);
    bulkhead.enter();
    const admitted: number[] = [];
    for (const number of [1, 2, 3]) bulkhead.waitInLine(() => admitted.push(number));
    bulkhead.resize(3);
    expect(admitted).to.deep.equal([1, 2]);
    expect(bulkhead).to.include({ atWork: 3, waiting: 1 });
  });

  it('keeps what an adaptive limit has learnt when settings change, and forgets it for a fixed one', () => {
    const bulkhead = new Bulkhead();
    bulkhead.resize('adaptive');
    expect(bulkhead.limit).to.equal(20);
    bulkhead.failed();
    bulkhead.resize('adaptive');
    expect(bulkhead.limit).to.equal(18);
    bulkhead.resize(7);
    bulkhead.failed();
    bulkhead.took(5, 7);
    expect(bulkhead.limit).to.equal(7);
    bulkhead.resize('adaptive');
    expect(bulkhead.limit).to.equal(20);
  });

  it('serves a long line in time that grows no faster than the line', () => {
    const serve = (length: number): number => {
      const bulkhead = new Bulkhead();
      bulkhead.resize(1);
      bulkhead.enter();
      const places = Array.from({ length }, () => bulkhead.waitInLine(() => undefined));
      const started = performance.now();
      for (let i = 0; i < length; i += 2) bulkhead.quit(places[i] as PlaceInLine);
      while (bulkhead.atWork > 0) bulkhead.leave();
      return performance.now() - started;
    };
    serve(20_000);
    // Quadratic would be 400 times.
    expect(serve(200_000)).to.be.below(100 * Math.max(1, serve(10_000)));
  });
});

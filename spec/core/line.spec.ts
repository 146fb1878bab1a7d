import { expect } from 'chai';
import fc from 'fast-check';
import { Line, type Place } from '#lib/core/line.js';

describe('A line', () => {
  it('serves in the order of coming, whoever leaves meanwhile', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant('join'), fc.constant('next'), fc.nat(20))), (steps) => {
        const line = new Line<number>();
        const places = new Map<number, Place<number>>();
        let expected: number[] = [];
        let joined = 0;
        for (const step of steps) {
          if (step === 'join') {
            const number = joined++;
            places.set(number, line.join(number));
            expected.push(number);
          } else if (step === 'next') {
            expect(line.next()).to.equal(expected.shift());
          } else {
            const leaving = expected[(step as number) % (expected.length || 1)];
            if (leaving === undefined) continue;
            line.leave(places.get(leaving) as Place<number>);
            expected = expected.filter((number) => number !== leaving);
          }
          expect(line).to.have.lengthOf(expected.length);
          expect([...line]).to.deep.equal(expected);
          expect(line.first?.value).to.equal(expected[0]);
        }
        while (line.length > 0) expect(line.next()).to.equal(expected.shift());
        expect(line.next()).to.equal(undefined);
      }),
    );
  });
});

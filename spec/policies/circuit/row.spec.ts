import { expect } from 'chai';
import fc from 'fast-check';
import { failuresIn, missing, plus, plusCall, type Row } from '#lib/policies/circuit/row.js';

const EMPTY: Row = { failures: 0 };

describe('A row of failures', () => {
  it('counts 15 thirds as 5', () => {
    let row = EMPTY;
    for (let i = 0; i < 15; i++) row = plus(row, { count: 1, of: 3 });
    expect(row).to.deep.equal({ failures: 5, calls: 0 });
    expect(failuresIn(row)).to.equal(5);
  });

  it('adds up shares of different sizes', () => {
    const half = plus(EMPTY, { count: 1, of: 2 });
    const fiveSixths = plus(half, { count: 1, of: 3 });
    expect(failuresIn(fiveSixths)).to.equal(0);
    expect(failuresIn(plus(fiveSixths, { count: 1, of: 6 }))).to.equal(1);
    expect(failuresIn(plus(plus(fiveSixths, { count: 1, of: 6 }), { count: 7, of: 1 }))).to.equal(8);
  });

  it('is what is missing that a call adds at its end', () => {
    expect(missing(undefined)).to.deep.equal({ count: 1, of: 1 });
    expect(missing({ count: 0, of: 0 })).to.deep.equal({ count: 1, of: 1 });
    expect(missing({ count: 2, of: 3 })).to.deep.equal({ count: 1, of: 3 });
    expect(missing({ count: 5, of: 3 })).to.deep.equal({ count: 0, of: 3 });
  });

  it('counts a call as one, though a success came between its attempts', () => {
    // Two of three attempts were in the row that the success has ended.
    const late = plusCall(EMPTY, { count: 2, of: 3 });
    expect(late).to.deep.equal({ failures: 0, shares: [{ count: 1, of: 3 }], calls: 1 });
    expect(failuresIn(late)).to.equal(1);
    expect(failuresIn(plusCall(late, undefined))).to.equal(2);
  });

  it('is the larger of both counts: never the calls and the attempts together', () => {
    let row = EMPTY;
    for (let i = 0; i < 4; i++) row = plusCall(row, { count: 2, of: 3 });
    for (let i = 0; i < 6; i++) row = plus(row, { count: 1, of: 3 });
    // Four calls; and four thirds with six thirds.
    expect(failuresIn(row)).to.equal(4);
    for (let i = 0; i < 5; i++) row = plus(row, { count: 1, of: 3 });
    expect(failuresIn(row)).to.equal(5);
  });

  it('counts one call at a time as calls, however many attempts each makes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(8)), { maxLength: 30 }), (calls) => {
        let row = EMPTY;
        for (const [of, most] of calls) {
          const count = Math.min(most, of - 1);
          for (let i = 0; i < count; i++) row = plus(row, { count: 1, of });
          row = plusCall(row, { count, of });
        }
        expect(row).to.deep.equal(calls.length === 0 ? EMPTY : { failures: calls.length });
      }),
    );
  });

  it('counts no call twice that several callers share', () => {
    const row = plusCall(EMPTY, undefined);
    expect(plusCall(row, { count: 1, of: 1 })).to.equal(row);
  });

  it('is exact for any shares in any order', () => {
    // Primes among them, whose product no double holds.
    const of = fc.constantFrom(1, 2, 3, 5, 7, 9973, 9967, 9949, 9941, 9931, 99_991);
    fc.assert(
      fc.property(fc.array(fc.tuple(of, fc.nat(10)), { maxLength: 40 }), (added) => {
        let row = EMPTY;
        const denominator = added.reduce((product, [of]) => product * BigInt(of), 1n);
        let numerator = 0n;
        for (const [of, count] of added) {
          row = plus(row, { count, of });
          numerator += (BigInt(count) * denominator) / BigInt(of);
        }
        expect(failuresIn(row)).to.equal(Number(numerator / denominator));
        for (const shares of row.shares ?? []) expect(shares.count).to.be.within(1, shares.of - 1);
      }),
    );
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { durationOrPercentile } from '#lib/core/field.js';
import { isPercentile } from '#lib/core/percentile.js';
import { hedgeContradictions, hedgeRules } from '#lib/policies/hedge/rules.js';

describe('The rules of a hedge', () => {
  it('know a time in milliseconds', () => {
    expect(hedgeRules({ after: '1.5s', maxHedges: 2 })).to.deep.equal({
      afterMs: 1500,
      share: undefined,
      maxHedges: 2,
    });
  });

  it('know a percentile as a share', () => {
    expect(hedgeRules({ after: 'p95', maxHedges: 1 })).to.deep.equal({ afterMs: undefined, share: 0.95, maxHedges: 1 });
    expect(hedgeRules({ after: 'p99.9', maxHedges: 1 }).share).to.be.closeTo(0.999, 1e-12);
  });

  it('take every percentile from p1 to below p100', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.option(fc.nat(999)), (whole, decimals) => {
        expect(isPercentile(decimals === null ? `p${whole}` : `p${whole}.${decimals}`)).to.equal(true);
      }),
    );
  });

  for (const wrong of ['p0', 'p0.5', 'p100', 'p100.1', 'p95.', 'p', 'P95', 'p-5', 'p05', 'p9e1', ' p95', 'p95%', 95]) {
    it(`take ${JSON.stringify(wrong)} for no percentile`, () => {
      expect(isPercentile(wrong)).to.equal(false);
      expect(durationOrPercentile.read(wrong, 'code')).to.equal(undefined);
    });
  }

  it('read a time as settings spell it, and a percentile as code does', () => {
    expect(durationOrPercentile.read(2, 'json')).to.equal('2s');
    expect(durationOrPercentile.read('p99', 'json')).to.equal('p99');
    expect(durationOrPercentile.read(2, 'code')).to.equal(undefined);
    expect(durationOrPercentile.read('0ms', 'code')).to.equal(undefined);
  });

  it('say what is missing', () => {
    const problem =
      'after: expected a duration above 0 with a unit, such as "500ms", "1.5s" or "2m", or a percentile from "p1" to ' +
      '"p99.9", got nothing';
    expect(hedgeContradictions({})).to.deep.equal([problem]);
    expect(hedgeContradictions({ after: null })).to.deep.equal([problem]);
    expect(hedgeContradictions({ after: 'p95' })).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import type { Failure } from '#lib/core/failure.js';
import { outcomeOf } from '#lib/policies/circuit/outcome.js';

describe('What a failed call says of the health of the upstream', () => {
  const failure = (kind: Failure['kind']): Failure => ({ kind, transient: false });

  it('goes by its kind where nothing else is said', () => {
    expect(['server', 'rejected', 'rate-limited'].map((kind) => outcomeOf(failure(kind as Failure['kind']))))
      .to.deep //
      .equal(['failure', 'rejected', 'ignored']);
  });

  it('is ignored where it would have counted and is said not to', () => {
    const outcomes = (says: boolean) =>
      (['server', 'rejected', 'quota', 'cancelled'] as const).map((kind) => outcomeOf(failure(kind), 0, () => says));
    expect(outcomes(false)).to.deep.equal(['ignored', 'rejected', 'ignored', 'ignored']);
    expect(outcomes(true)).to.deep.equal(['failure', 'failure', 'failure', 'ignored']);
  });
});

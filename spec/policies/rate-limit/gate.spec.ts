import { expect } from 'chai';
import { Gate } from '#lib/policies/rate-limit/gate.js';

describe('A gate', () => {
  it('is open until it is closed, and again when somebody has looked after its time', () => {
    const gate = new Gate();
    expect(gate.isOpen).to.equal(true);
    expect(gate.close(500, 1000)).to.equal(true);
    expect(gate.isOpen).to.equal(false);
    expect(gate.closedAt(1499)).to.deep.equal({ kind: 'closed', closedAt: 1000, until: 1500 });
    expect(gate.closedAt(1500)).to.equal(undefined);
    expect(gate.isOpen).to.equal(true);
  });

  it('says whether it was open when it is closed', () => {
    const gate = new Gate();
    expect([gate.close(500, 1000), gate.close(900, 1100), gate.close(100, 2000)]).to.deep.equal([true, false, true]);
    expect(gate.closedAt(2000)).to.deep.equal({ kind: 'closed', closedAt: 2000, until: 2100 });
  });
});

import { expect } from 'chai';
import { CircuitProtected, configure } from '#lib/index.js';
import { unmatchedSections } from '#lib/runtime/unmatched.js';
import { uniqueName } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('Sections that mean nothing known', () => {
  virtualTime();

  const unmatchedBy = (settings: object, known?: Parameters<typeof unmatchedSections>[0]) => {
    const restore = configure({ settings });
    try {
      return unmatchedSections(known);
    } finally {
      restore();
    }
  };

  it('are named with the nearest known name', () => {
    const methods = {
      'Inventry.level': { retry: {} },
      'Inventory.level': {},
      'Inventory.*': {},
      'Inventry.*': {},
      '*': {},
    };
    expect(unmatchedBy({ methods }, { methods: ['Inventory.level', 'Inventory.order'] })).to.deep.equal([
      { section: 'methods.Inventry.level', nearest: 'methods.Inventory.level' },
      { section: 'methods.Inventry.*' },
    ]);
  });

  it('are not those of circuits that have been used, that are named, or that methods have for themselves', async () => {
    const name = uniqueName();
    await CircuitProtected(name)(async () => 'answer')();
    const circuits = { [name]: {}, mail: {}, 'Mail.send': {}, mial: {} };
    expect(unmatchedBy({ circuits }, { methods: ['Mail.send'], circuits: ['mail'] })).to.deep.equal([
      { section: 'circuits.mial', nearest: 'circuits.mail' },
    ]);
  });

  it('are all of them as long as nothing is known', () => {
    expect(unmatchedBy({ methods: { 'Mail.send': {} } })).to.deep.equal([{ section: 'methods.Mail.send' }]);
  });
});

import { expect } from 'chai';
import { circuit, configure, onEvent } from '#lib/index.js';
import { quickest } from '../support/quickest.js';

describe('a circuit that nobody has used, by a name with brackets', () => {
  let restore: () => void;
  before(() => (restore = configure({ logger: { log: () => undefined } })));
  after(() => restore());

  for (const [what, name] of Object.entries({
    'opening brackets': '['.repeat(100_000),
    'closing brackets': ']'.repeat(100_000),
    'pairs of brackets and a letter': `${'[]'.repeat(50_000)}x`,
    'a key of opening brackets': `models[${'['.repeat(100_000)}]`,
    'lines of brackets': '[\n'.repeat(50_000),
  })) {
    it(`is looked up in a time that grows with the length of its name only: ${what}`, () => {
      expect(quickest(() => expect(circuit(name).state).to.equal('closed'))).to.be.below(500);
    });
  }

  for (const [name, told] of [
    ['models[large]', 'models'],
    ['models[a[b]]', 'models'],
    ['models[two\nlines]', 'models'],
    ['models[]', 'models'],
    ['models[large', 'models[large'],
    ['models]', 'models]'],
    ['[large] models', '[large] models'],
  ] as const) {
    it(`is named without its key in events: ${JSON.stringify(name)}`, () => {
      const names: string[] = [];
      const unsubscribe = onEvent((event) => event.type === 'circuit_opened' && names.push(event.circuit));
      try {
        circuit(name).isolate();
        circuit(name).reset();
      } finally {
        unsubscribe();
      }
      expect(names).to.deep.equal([told]);
    });
  }
});

import { expect } from 'chai';
import fc from 'fast-check';
import { isMeant, type Names, sectionsFor, sectionsOf } from '#lib/settings/sections.js';
import { quickest } from '../support/quickest.js';

describe('The name of a section', () => {
  it('means the method of that name, and as a pattern every method that fits it', () => {
    for (const [pattern, name, expected] of [
      ['Assistant.answer', 'Assistant.answer', true],
      ['Assistant.answer', 'Assistant.answers', false],
      ['Assistant.*', 'Assistant.answer', true],
      ['Assistant.*', 'Assistants.answer', false],
      ['*', 'anything', true],
      ['*', '', true],
      ['*.answer', 'Assistant.answer', true],
      ['A*t.*r', 'Assistant.answer', true],
      ['A*A', 'A', false],
      ['A*B*C', 'ABC', true],
      ['A*B*C', 'ACB', false],
      ['*ab*ab*', 'ab', false],
      ['a.b', 'axb', false],
      ['Odd*', 'Odd*', true],
    ] as const)
      expect(isMeant(pattern, name), `${pattern} ${name}`).to.equal(expected);
  });

  it('agrees with a regular expression on any pattern', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(text, fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 }), (pattern, name) => {
        const source = pattern
          .split('*')
          .map((piece) => piece.replace('.', '\\.').replaceAll(/(?<!\\)\./g, '\\.'))
          .join('.*');
        expect(isMeant(pattern, name)).to.equal(new RegExp(`^${source}$`).test(name));
      }),
    );
  });

  it('takes no longer for a pattern of many stars', () => {
    const ms = quickest(() => expect(isMeant(`${'a*'.repeat(2000)}b`, 'a'.repeat(20_000))).to.equal(false));
    expect(ms).to.be.below(200);
  });
});

describe('The sections of a method', () => {
  const of = (trees: Parameters<typeof sectionsFor>[0], names: Names, group: string) =>
    sectionsOf(sectionsFor(trees, names), group);

  const file = {
    circuits: { '*': { retry: { maxAttempts: 2 } }, mail: { retry: { maxAttempts: 3 } } },
    methods: {
      '*': { retry: { maxAttempts: 4 } },
      'Mail.*': { retry: { maxAttempts: 5 } },
      'Mail.send': { retry: { maxAttempts: 6 }, circuit: { probes: 2 } },
    },
  };
  const names = { method: 'Mail.send', circuit: 'mail' };

  it('are ordered by how specific they are: patterns, then names, circuits before methods', () => {
    expect(of([file], names, 'retry').map(({ name }) => name)).to.deep.equal([
      'circuits.*.retry',
      'methods.*.retry',
      'methods.Mail.*.retry',
      'circuits.mail.retry',
      'methods.Mail.send.retry',
    ]);
  });

  it('of configure() come after those of the file, where they are as specific', () => {
    const configured = { methods: { '*': { retry: { maxAttempts: 9 } }, 'Mail.send': { retry: { maxAttempts: 10 } } } };
    const found = of([file, configured], names, 'retry').map(({ values }) => values.maxAttempts);
    expect(found).to.deep.equal([2, 4, 9, 5, 3, 6, 10]);
  });

  it('are those of methods alone where there is no circuit, and of the policy that is asked for', () => {
    expect(of([file], { method: 'Other.work' }, 'retry').map(({ name }) => name)).to.deep.equal(['methods.*.retry']);
    expect(of([file], names, 'hedge')).to.deep.equal([]);
  });
});

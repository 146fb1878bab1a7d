import { expect } from 'chai';
import fc from 'fast-check';
import { channelOf, keysOf, readableName, safeName, safeNameOfKey } from '#lib/fleet/protocol/keys.js';

describe('the keys of a fleet', () => {
  it('keep all keys of a circuit in one slot, under the name of its fleet', () => {
    expect(keysOf('checkout', safeName('openai'))).to.deep.equal([
      'holdfast:1:checkout:{openai}',
      ...['v', 'm', 'w', 'p', 'g'].map((part) => `holdfast:1:checkout:{openai}:${part}`),
    ]);
    expect(channelOf('a:b')).to.equal('holdfast:1:a%3Ab');
  });

  for (const [name, safe] of [
    ['a}b', 'a%7Db'],
    ['{x}', '%7Bx%7D'],
    ['two words', 'two%20words'],
    ['Über', '%C3%9Cber'],
    ['a\nb', 'a%0Ab'],
    ['100%', '100%25'],
    ['😀', '%F0%9F%98%80'],
  ] as const) {
    it(`spell ${JSON.stringify(name)} so that it breaks neither the tag nor a message`, () => {
      expect(safeName(name)).to.equal(safe);
      expect(readableName(safe)).to.equal(name);
    });
  }

  it('cut a name of 10 kB, and tell two of them apart', () => {
    const [one, other] = [`${'ü'.repeat(5000)}1`, `${'ü'.repeat(5000)}2`].map(safeName) as [string, string];
    expect(one).to.have.length.below(240);
    expect(one).to.not.equal(other);
    expect(one).to.match(/^[\w.%-]+~[0-9a-f]{32}$/);
    expect(readableName(one)).to.match(/^ü+\[#[0-9a-f]{32}\]$/);
  });

  it('hold no key of a keyed circuit, and another hash for it in another fleet', () => {
    const [here, there] = ['checkout', 'search'].map((fleet) => safeNameOfKey(fleet, 'openai', 'customer@example.com'));
    expect(here).to.match(/^openai~[0-9a-f]{32}$/);
    expect(here).to.not.equal(there);
    expect(here).to.not.include('customer');
  });

  it('give different names different keys, all of safe characters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        (a, b) => {
          expect(safeName(a)).to.match(/^[\w.%-]*(~[0-9a-f]{32})?$/);
          if (a !== b) expect(safeName(a)).to.not.equal(safeName(b));
        },
      ),
    );
  });
});

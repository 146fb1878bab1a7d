import { expect } from 'chai';
import { runInNewContext } from 'node:vm';
import { CircuitProtected, ConfigurationError, configure, RetryOnTransient } from '#lib/index.js';
import { checkFields, type Problems } from '#lib/settings/check.js';
import { show, showSetting } from '#lib/settings/show.js';

describe('A value that was refused', () => {
  it('is shown as code spells it, and what holds others only by what it is', () => {
    const shown = [5, true, null, undefined, 'text', [1], { a: 1 }, () => 1, 7n].map(show);
    expect(shown).to.deep.equal([
      '5',
      'true',
      'null',
      'undefined',
      '"text"',
      'an array',
      'an object',
      'a function',
      '7',
    ]);
  });

  it('is quoted if it is a number or a short word', () => {
    const shown = ['2.7', '-1', '1e400', '9007199254740993', 'soon', 'NaN', '', '7abc', 'gpt-5-mini', 'a_b.c-1'].map(
      show,
    );
    expect(shown).to.deep.equal(
      ['2.7', '-1', '1e400', '9007199254740993', 'soon', 'NaN', '', '7abc', 'gpt-5-mini', 'a_b.c-1'].map((text) =>
        JSON.stringify(text),
      ),
    );
  });

  it('is shown by its length if it is another text', () => {
    for (const text of [' 3', '5 minutes', 'x'.repeat(13), '٣', 'a\nb', '1'.repeat(21), 'user:pass', 'a/b'])
      expect(show(text)).to.equal(`a text of ${text.length} character${text.length === 1 ? '' : 's'}`);
  });

  it('is shown by its length if it begins like a key, however short it is', () => {
    for (const text of ['sk-1', 'sk_live_1', 'ghp_abc', 'AKIA1', 'xoxb-1', 'key-1', 'eyJhbGciOi', 'Bearer_x', 'SK-ABC'])
      expect(show(text)).to.equal(`a text of ${text.length} characters`);
  });

  it('is shown as origin if it is a URL', () => {
    const shown = [
      'https://a:p@TAIL@host/v1?api-key=X',
      'http://user:p@ss@one/ and https://pass@two/a@b',
      'ftp://me:word@host',
      'https://host:8443/path#sk-1',
    ].map(show);
    expect(shown).to.deep.equal(['"https://host"', '"http://one"', '"ftp://host"', '"https://host:8443"']);
  });

  it('is shown by its length if it is a URL without a host, or with a key for one', () => {
    for (const text of [
      'https://',
      'mailto:me@host.test',
      'https://sk-proj-abc/v1',
      'data:text/plain,sk-abcdef',
      'x://',
    ])
      expect(show(text)).to.equal(`a text of ${text.length} characters`);
  });
});

describe('A setting that explain shows', () => {
  it('is the name of a model as it is', () => {
    for (const name of [
      'text-embedding-3-small',
      'gpt-4o-mini-2024-07-18',
      'openai/gpt-5-mini',
      'llama3.1:8b',
      5,
      null,
    ])
      expect(showSetting(name)).to.equal(name);
  });

  it('is never a key or a password', () => {
    expect(showSetting('sk-proj-abc')).to.equal('a text of 11 characters');
    expect(showSetting('0123456789abcdef0123456789abcdef')).to.equal('a text of 32 characters');
    expect(showSetting('https://me:word@host/v1?key=x')).to.equal('https://host');
    expect(showSetting('http://me:secret-word@127.0.0.1/v1')).to.equal('http://127.0.0.1');
    expect(showSetting('me:word@host')).to.equal('a text of 12 characters');
  });
});

describe('A key that problems name', () => {
  it('is shown by its length if it begins like a key of a service, or is long', () => {
    const problems: Problems = [];
    checkFields({}, { 'sk-proj-abcdef': 1, ['x'.repeat(101)]: 1, retries: 1 }, ['openai'], 'json', problems);
    expect(problems.map(({ text }) => text.split(':')[0])).to.deep.equal([
      'openai.(a text of 14 characters)',
      'openai.(a text of 101 characters)',
      'openai.retries',
    ]);
  });
});

describe('What cannot hold options', () => {
  const NONE: readonly [what: string, make: () => unknown, got: string][] = [
    ['a promise', () => Promise.resolve({ maxAttempts: 9 }), 'a promise'],
    ['a promise that is rejected', () => Promise.reject(new Error('no settings')), 'a promise'],
    ['a map', () => new Map([['maxAttempts', 9]]), 'an object without keys'],
    ['a set', () => new Set(), 'an object without keys'],
    ['a date', () => new Date(), 'an object without keys'],
    [
      'a service',
      () =>
        new (class Config {
          get maxAttempts() {
            return 9;
          }
        })(),
      'an object without keys',
    ],
    ['a list', () => [], 'an array'],
    ['a number', () => 5, '5'],
  ];
  // oxlint-disable-next-line typescript/no-explicit-any -- what the types refuse is tried at run time
  const untyped = (value: unknown): any => value;

  for (const [what, make, got] of NONE)
    it(`is refused wherever options are expected: ${what}`, () => {
      const value = make();
      const tries: Readonly<Record<string, () => unknown>> = {
        decorator: () => RetryOnTransient(untyped(value))(async () => 1),
        configure: () => configure(untyped(value)),
        settings: () => configure({ settings: untyped(value) }),
        group: () => configure({ settings: { retry: untyped(value) } }),
        section: () => configure({ settings: { circuits: untyped(value) } }),
      };
      for (const [where, attempt] of Object.entries(tries))
        expect(attempt, where).to.throw(ConfigurationError, `expected an object, got ${got}`);
      expect(() => CircuitProtected(untyped(value))(async () => 1)).to.throw(ConfigurationError);
    });

  it('is none of what can: of another realm, without a prototype, an instance with properties', () => {
    const instance = new (class Options {
      readonly maxAttempts = 2;
    })();
    class Empty {}
    const bare = Object.assign(Object.create(null) as object, { maxAttempts: 2 });
    for (const value of [
      runInNewContext('({})'),
      runInNewContext('({ maxAttempts: 2 })'),
      bare,
      instance,
      new Empty(),
      {},
    ])
      expect(() => RetryOnTransient(untyped(value))(async () => 1)).not.to.throw();
  });
});

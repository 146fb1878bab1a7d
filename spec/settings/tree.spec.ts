import { expect } from 'chai';
import { type Problems, textsOf } from '#lib/settings/check.js';
import { checkTree } from '#lib/settings/tree.js';

function check(input: unknown, spelling: 'code' | 'json' = 'code'): { tree: unknown; problems: string[] } {
  const problems: Problems = [];
  return { tree: checkTree(input, spelling, problems), problems: textsOf(problems) };
}

describe('Settings in code', () => {
  it('leave out what is undefined, a group or one value', () => {
    const { tree, problems } = check({ log: undefined, retry: { maxAttempts: undefined, minWait: '2s' } });
    expect(tree).to.deep.equal({ retry: { minWait: '2s' } });
    expect(problems).to.deep.equal([]);
  });

  it('leave out null where null is the default, as in settings that were loaded', () => {
    const { tree, problems } = check({ openai: { apiKey: null, baseUrl: 'https://example.test', chatModel: 'm' } });
    expect(tree).to.deep.equal({ openai: { baseUrl: 'https://example.test', chatModel: 'm' } });
    expect(problems).to.deep.equal([]);
  });

  it('are refused where null is not the default, where nobody knows the key, and in a file anywhere', () => {
    expect(check({ retry: { maxAttempts: null, tries: null } }).problems).to.deep.equal([
      'retry.maxAttempts: expected an integer >= 1, got null',
      'retry.tries: unknown key; known are enabled, maxAttempts, minWait, maxWait, jitter, nested',
    ]);
    expect(check({ openai: { baseUrl: null } }, 'json').problems).to.deep.equal([
      'openai.baseUrl: expected an http or https URL, got null',
    ]);
  });

  for (const [shown, group] of [
    ['5', 5],
    ['null', null],
    ['an array', []],
    ['a text', 'text'],
  ] as const) {
    it(`are refused where ${shown} stands for a group`, () => {
      const { tree, problems } = check({ retry: group });
      expect(tree).to.deep.equal({ retry: {} });
      expect(problems).to.deep.equal([`retry: expected an object, got ${shown}`]);
    });
  }
});

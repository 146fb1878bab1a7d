import { expect } from 'chai';
import fc from 'fast-check';
import type { Field } from '#lib/core/field.js';
import { ConfigurationError } from '#lib/index.js';
import { groups, policyGroups } from '#lib/settings/groups.js';
import { loadSettings, loadWithOrigins } from '#lib/settings/load.js';
import { problemsFor, problemsOf } from '#lib/settings/problems.js';
import { scratch } from '../support/files.js';

/** Values that no format takes, each with a word that no problem may repeat. */
const WRONG: readonly unknown[] = [
  'canary canary canary',
  'sk-canary',
  'https://me:canary@host.test?key=canary',
  ['canary'],
  { canary: 'canary' },
  -7,
  null,
];

/** A value that a field takes as a file spells it, and that contradicts no other one. */
const RIGHT: readonly unknown[] = ['1s', 1, true, 'https://example.test', 'word', 0.5, 'full', 'on', 'timeout', false];

interface Setting {
  readonly path: readonly [string, ...string[]];
  readonly field: Field<unknown>;
}

const SETTINGS: readonly Setting[] = [
  ...[...groups].flatMap(([group, { fields }]) =>
    Object.entries(fields).map(([key, field]): Setting => ({ path: [group, key], field })),
  ),
  ...['Mail.send', 'Mail.*', 'Other.work'].flatMap((method) =>
    policyGroups().flatMap(([group, { fields }]) =>
      Object.entries(fields).map(([key, field]): Setting => ({ path: ['methods', method, group, key], field })),
    ),
  ),
];

interface Written {
  readonly setting: Setting;
  readonly value: unknown;
  readonly isRight: boolean;
}

const written = fc
  .tuple(fc.constantFrom(...SETTINGS), fc.nat(WRONG.length - 1), fc.boolean())
  .map(([setting, n, wantsRight]): Written => {
    const { format } = setting.field;
    const fits = RIGHT.find((value) => format.read(value, 'json') !== undefined);
    const wrong = WRONG.slice(n).find((value) => format.read(value, 'json') === undefined) ?? null;
    return wantsRight && fits !== undefined
      ? { setting, value: fits, isRight: true }
      : { setting, value: wrong, isRight: format.read(wrong, 'json') !== undefined };
  });

const trees = fc.uniqueArray(written, { selector: ({ setting }) => setting.path.join('/'), maxLength: 8 });

function treeOf(all: readonly Written[]): object {
  const tree: Record<string, unknown> = {};
  for (const { setting, value } of all) {
    const { path } = setting;
    let at = tree;
    for (const name of path.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>;
    at[path.at(-1) as string] = value;
  }
  return tree;
}

describe('Any tree of settings', () => {
  const files = scratch();
  const fileOf = (all: readonly Written[]): string => files.write('a.json', treeOf(all));

  it('is accepted or refused whole, with every problem named and no secret quoted', () => {
    fc.assert(
      fc.property(trees, (all) => {
        const wrong = all.filter(({ isRight }) => !isRight);
        let problems: readonly string[] = [];
        try {
          loadSettings({ env: {}, file: fileOf(all) });
        } catch (error) {
          expect(error).to.be.instanceOf(ConfigurationError);
          problems = (error as ConfigurationError).problems;
        }
        for (const { setting } of wrong)
          expect(problems.some((problem) => problem.startsWith(`${setting.path.join('.')}: `))).to.equal(true);
        const contradictions = problems.filter((problem) =>
          /: expected (at (most|least) \w+ \(|slowCall )/.test(problem),
        );
        expect(problems).to.have.lengthOf(wrong.length + contradictions.length);
        expect(problems.join('\n')).not.to.include('canary');
      }),
      { numRuns: 300 },
    );
  });

  it('fails no method that uses none of what is wrong in it, and every one that does', () => {
    const user = fc.record({
      groups: fc.subarray([...groups.keys()].filter((name) => name !== 'resilience')).map((names) => new Set(names)),
      method: fc.constantFrom('Mail.send', 'Mail.read', 'Other.work', 'Third.method'),
    });
    fc.assert(
      fc.property(trees, user, (all, method) => {
        const layers = { loaded: loadWithOrigins({ env: {}, file: fileOf(all) }), configured: [] };
        const uses = ([first, second, third]: readonly string[]): boolean => {
          if (first === 'resilience') return true;
          if (first !== 'methods') return method.groups.has(String(first));
          const isMeant = second === method.method || (second === 'Mail.*' && method.method.startsWith('Mail.'));
          return isMeant && (third === undefined || method.groups.has(third));
        };
        const expected = problemsOf(layers).filter(({ path }) => uses(path));
        expect(problemsFor(layers, method)).to.deep.equal(expected);
        const concerned = all.filter(({ setting, isRight }) => !isRight && uses(setting.path));
        expect(expected.length).to.be.at.least(concerned.length);
        if (all.every(({ setting, isRight }) => isRight || !uses(setting.path)))
          expect(expected.every(({ path }) => path.length < 4)).to.equal(true);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves the defaults where it is wrong, and holds where it is right', () => {
    fc.assert(
      fc.property(trees, (all) => {
        const { settings } = loadWithOrigins({ env: {}, file: fileOf(all) });
        for (const { setting, value, isRight } of all) {
          const [group, key] = setting.path;
          if (group === 'methods') continue;
          const found = (settings as unknown as Record<string, Record<string, unknown>>)[group]?.[String(key)];
          expect(found).to.deep.equal(isRight ? setting.field.format.read(value, 'json') : setting.field.default);
        }
      }),
      { numRuns: 200 },
    );
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { usualLevels } from '#lib/core/event-kinds.js';
import type { Fields } from '#lib/core/field.js';
import { schema } from '#lib/settings/schema.js';
import { OTHERS } from './support/names-of-others.js';
import { type Page, readPage } from './support/pages.js';
import { root } from './support/repository.js';
import { SHAPED } from './support/shapes.js';

const reports = join(root, 'spec', 'api');
const groups: Readonly<Record<string, Fields>> = schema;

/** Every word of the public surface, and every setting. */
const known: ReadonlySet<string> = new Set([
  ...readdirSync(reports).flatMap((name) => readFileSync(join(reports, name), 'utf8').match(/[\w$]+/g) ?? []),
  ...Object.entries(groups).flatMap(([group, fields]) => [group, ...Object.keys(fields)]),
  'enabled',
  ...OTHERS,
]);

/** What stands between backticks, outside the blocks of code. */
function inlineCodeOf({ text }: Page): readonly string[] {
  return [...text.replace(/^```[^]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** Names that a page's own examples declare or use. The compiler has seen them. */
function namesInExamplesOf({ blocks }: Page): ReadonlySet<string> {
  return new Set(blocks.filter(({ language }) => language === 'ts').flatMap(({ code }) => code.match(/[\w$]+/g) ?? []));
}

/** What is found in the inline code of a page and is not among the names that exist. */
function unknownIn(page: Page, pattern: RegExp): readonly string[] {
  const own = namesInExamplesOf(page);
  return inlineCodeOf(page)
    .map((code) => code.replace(/'[^']*'|"[^"]*"/g, "''"))
    .flatMap((code) => [...code.matchAll(pattern)].map(([, name = '']) => name))
    .filter((name) => !known.has(name) && !own.has(name));
}

describe('the names in the documentation', () => {
  for (const path of SHAPED) {
    const page = readPage(path);

    it(`are those of options, settings and exports: ${path}`, () => {
      expect(unknownIn(page, /(?<![\w@./$-])([a-z]+[A-Z]\w*)/g), 'a name of several words').to.deep.equal([]);
      expect(unknownIn(page, /(?:^|[{,(] ?)([a-z]\w*)\??: /g), 'an option with its value').to.deep.equal([]);
      expect(unknownIn(page, /@(\w+)\(/g), 'a decorator').to.deep.equal([]);
      expect(unknownIn(page, /^([A-Z]\w+(?:Error|Service|Clock))$/g), 'a class').to.deep.equal([]);
    });

    it(`are settings of their groups: ${path}`, () => {
      const wrong = inlineCodeOf(page).flatMap((code) =>
        [...code.matchAll(/(?<![\w.])([a-z]\w*)\.([a-z]\w*)(?![\w(.])/gi)]
          .filter(([, group = '', name = '']) => group in groups && !(name in (groups[group] as Fields)))
          .map(([setting]) => setting),
      );
      expect(wrong.filter((setting) => !OTHERS.has(setting))).to.deep.equal([]);
    });

    it(`are events that can happen: ${path}`, () => {
      const events = usualLevels();
      const own = namesInExamplesOf(page);
      const named = inlineCodeOf(page).filter((code) => /^[a-z]+(_[a-z]+)+$/.test(code));
      expect(named.filter((name) => !(name in events) && !own.has(name) && !OTHERS.has(name))).to.deep.equal([]);
    });
  }
});

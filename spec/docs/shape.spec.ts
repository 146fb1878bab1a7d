import { expect } from 'chai';
import { type Page, readPage, sectionsOf } from './support/pages.js';
import { SHAPED, SHAPES } from './support/shapes.js';

/** Fewer words say nothing. */
const FEWEST_WORDS = 5;

const wordsIn = (text: string): number => text.split(/\s+/).filter((word) => /\w/.test(word)).length;
const firstExampleOf = (page: Page) => page.blocks.find(({ language }) => language === 'ts');

describe('the shape of the documentation', () => {
  for (const [kind, { headings, pages }] of Object.entries(SHAPES)) {
    describe(kind, () => {
      for (const path of pages) {
        it(`has these headings in this order: ${path}`, () => {
          expect(sectionsOf(readPage(path)).map(({ heading }) => heading)).to.deep.equal(headings);
        });

        it(`begins with its title and says something under each heading: ${path}`, () => {
          const page = readPage(path);
          expect(page.text).to.match(/^# .+\n\n## /);
          expect(page.text.match(/^# /gm)).to.have.lengthOf(
            page.blocks.filter(({ code }) => /^# /m.test(code)).length + 1,
          );
          const empty = sectionsOf(page).filter(({ text }) => wordsIn(text) < FEWEST_WORDS);
          expect(empty.map(({ heading }) => heading)).to.deep.equal([]);
        });

        if (!headings.includes('Anti-patterns')) continue;

        it(`runs its first example: ${path}`, () => {
          const first = firstExampleOf(readPage(path));
          expect([...(first?.marks ?? [])]).to.include('run');
        });
      }
    });
  }

  it('has no code that no spec looks at: TypeScript is compiled, settings and log entries are checked', () => {
    const unchecked = SHAPED.flatMap((path) =>
      readPage(path)
        .blocks.map(({ line, language, marks }) => ({ place: `${path}:${line}`, how: [language, ...marks].join(' ') }))
        .filter(({ how }) => !/^(ts( .*)?|json settings|jsonl log|sh|text|)$/.test(how)),
    );
    expect(unchecked).to.deep.equal([]);
  });

  it('has its first example under "Example"', () => {
    const paths = Object.values(SHAPES).flatMap(({ headings, pages }) => (headings.includes('Example') ? pages : []));
    const elsewhere = paths.filter((path) => {
      const page = readPage(path);
      const example = sectionsOf(page).find(({ heading }) => heading === 'Example');
      return !example?.text.includes(firstExampleOf(page)?.code ?? '\0');
    });
    expect(elsewhere).to.deep.equal([]);
  });
});

import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect } from 'chai';
import { pages, readPage } from './support/pages.js';
import { root } from './support/repository.js';

/** The page that shows which page answers which question. */
const INDEX = 'docs/README.md';
/** For those who choose or check it, in the repository. */
const NOT_SHIPPED = [
  ...['benchmarks', 'clients', 'comparison', 'correctness'],
  ...['fault-matrix', 'motivation', 'mutants', 'setups'],
].map((name) => `docs/${name}.md`);

/** What is wrong with the links of all pages, in sentences. */
function brokenLinks(): string[] {
  const byPath = new Map(pages().map((page) => [page.path, page]));
  return [...byPath.values()].flatMap((page) =>
    page.links
      .filter((link) => !/^https?:/.test(link))
      .flatMap((link) => {
        const [file = '', anchor] = link.split('#');
        const path = file === '' ? page.path : normalize(join(dirname(page.path), file));
        if (!existsSync(join(root, path))) return [`${page.path}: ${link} leads nowhere`];
        const target = byPath.get(path);
        return anchor === undefined || target?.anchors.has(anchor) ? [] : [`${page.path}: ${link} has no such heading`];
      }),
  );
}

describe('the pages of the documentation', () => {
  it('link to files and headings that are there', () => {
    expect(brokenLinks()).to.deep.equal([]);
  });

  it('are all reached from README.md, or from the index that it links to; those that are not shipped are named there', () => {
    const entrances = [readPage('README.md'), readPage(INDEX)];
    const linked = entrances.flatMap(({ path, links }) =>
      links.map((link) => normalize(join(dirname(path), link.split('#')[0] ?? ''))),
    );
    const named = NOT_SHIPPED.filter((page) => entrances.some(({ text }) => text.includes(`\`${page}\``)));
    const others = pages().filter(({ path }) => path !== 'README.md');
    expect([...linked, ...named]).to.include.members(others.map(({ path }) => path));
    for (const page of NOT_SHIPPED) expect(linked).not.to.include(page);
    expect(linked).to.include(INDEX);
  });

  it('say what not to write', () => {
    const without = pages().filter(
      ({ path, text }) => path.startsWith('docs/') && path !== INDEX && !/^#+ Anti-patterns|When not to/m.test(text),
    );
    expect(without.map(({ path }) => path)).to.deep.equal([]);
  });

  it('have no tab, no trailing space and no line of prose beyond 130 columns', () => {
    const odd = pages().flatMap(({ path, text }) =>
      text
        .replace(/^```[^]*?^```$/gm, '')
        .split('\n')
        .filter((line) => /\t|\s$/.test(line) || (line.length > 130 && !line.startsWith('|')))
        .map((line) => `${path}: ${line}`),
    );
    expect(odd).to.deep.equal([]);
  });
});

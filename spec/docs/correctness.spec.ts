import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readPage } from './support/pages.js';
import { root } from './support/repository.js';

const HELD_BY = /^\| .+ \| `(.+\.spec\.ts)`: (.+) \|$/;

describe('the page on correctness', () => {
  const rows = readPage('docs/correctness.md')
    .text.split('\n')
    .filter((line) => /^\| .*\|$/.test(line) && !line.startsWith('|---') && !line.startsWith('| guarantee'));

  it('names, for each guarantee, a spec and a test in it that are there', () => {
    const wrong = rows.filter((row) => {
      const [, file, title] = HELD_BY.exec(row) ?? [];
      if (file === undefined || title === undefined) return true;
      const path = join(root, 'spec', file);
      return !existsSync(path) || !titlesIn(path).some((found) => found.includes(title));
    });
    expect(wrong).to.deep.equal([]);
    expect(rows).to.have.lengthOf.above(30);
  });
});

function titlesIn(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/\bit\((['`])(.*?)\1,/gs)].map(([, , title = '']) => title);
}

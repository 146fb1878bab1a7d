import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readPage } from './support/pages.js';
import { INSTEAD, INSTEAD_IN_CODE, wrongPhrasesIn } from './support/plain-words.js';
import { root } from './support/repository.js';
import { SHAPED } from './support/shapes.js';

/** A page without its code, each paragraph in one line. */
function proseOf(path: string): string {
  return readPage(path)
    .text.replace(/^```[^]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, '``')
    .replace(/\n(?![\n|#-])/g, ' ');
}

/** A source, each comment in one line that begins with its first word. */
function inLines(source: string): string {
  return source
    .replace(/\n[ \t]*(?:\*(?!\/)|\/\/)[ \t]?/g, ' ')
    .replace(/\/\*\*[ \t]*|\/\/[ \t]*/g, '\n')
    .replace(/([.:]) (?=Of )/g, '$1\n');
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`)
    .sort();
}

describe('the language of the documentation', () => {
  for (const path of ['README.md', ...SHAPED])
    it(`is plain: ${path}`, () => {
      expect(wrongPhrasesIn(proseOf(path), INSTEAD)).to.deep.equal([]);
    });
});

describe('the language of comments and messages', () => {
  const folders = readdirSync(join(root, 'lib'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders)
    it(`is plain: lib/${name}`, () => {
      const found = filesIn(`lib/${name}`).flatMap((path) =>
        wrongPhrasesIn(inLines(readFileSync(join(root, path), 'utf8')), INSTEAD_IN_CODE).map(
          (wrong) => `${path}: ${wrong}`,
        ),
      );
      expect(found).to.deep.equal([]);
    });

  it('is not plain if a phrase stands in a comment of several lines', () => {
    const source = '/**\n * Anything that\n * is none. Of the object, nothing is\n * told of.\n */';
    expect(wrongPhrasesIn(inLines(source), INSTEAD_IN_CODE)).to.deep.equal([
      '"Of the": write For streams, …',
      '"is told of": write emits, logs, reports',
      '"is told": write gets, emits, reports',
      '"that is none": write anything that is not an X, invalid',
    ]);
  });
});

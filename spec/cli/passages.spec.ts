import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect } from 'chai';
import { paragraphsOf } from '#lib/cli/passages/paragraphs.js';
import { ownDocs } from '#lib/cli/passages/read-passages.js';

describe('paragraphsOf', () => {
  it('puts the lines of a paragraph together, and keeps those of a list or a table', () => {
    expect(paragraphsOf('one\ntwo\n\n- three\n- four\n  five\n\n| a | b |\n| c | d |')).to.deep.equal([
      'one two',
      '- three\n- four five',
      '| a | b |\n| c | d |',
    ]);
  });

  it('leaves out headings, rules and code', () => {
    expect(paragraphsOf('# Title\n\ntext\n\n---\n\n```ts\ncode;\n\nmore();\n```\n\n## More\nend')).to.deep.equal([
      'text',
      'end',
    ]);
  });

  it('reads the line ends of Windows', () => {
    expect(paragraphsOf('one\r\ntwo\r\n\r\nthree\r\n')).to.deep.equal(['one two', 'three']);
  });

  it('cuts what would be too long for an embedding', () => {
    const pieces = paragraphsOf('word '.repeat(1000));
    expect(pieces.length).to.be.above(1);
    for (const piece of pieces) expect(piece.length).to.be.at.most(2000);
  });

  it('finds nothing in a text without a word', () => {
    expect(paragraphsOf('')).to.deep.equal([]);
    expect(paragraphsOf('***\n\n1 + 1\n')).to.deep.equal([]);
  });
});

describe('ownDocs', () => {
  it('are README.md and every page but the one that is about other libraries', () => {
    const files = ownDocs();
    const docs = files.find((file) => basename(file) === 'circuits.md') ?? '';
    const pages = readdirSync(dirname(docs)).filter((name) => name.endsWith('.md'));
    expect(pages).to.include('comparison.md');
    const expected = ['README.md', ...pages.filter((name) => name !== 'comparison.md')];
    expect(files.map((file) => basename(file))).to.have.members(expected);
  });
});

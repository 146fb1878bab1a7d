import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect } from 'chai';
import { paragraphsOf } from '#drill/passages/paragraphs.js';
import { ownDocs } from '#drill/passages/read-passages.js';
import { quickest } from '../support/quickest.js';

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

  it('leaves out code between longer fences, and between fences of the other kind', () => {
    expect(paragraphsOf('one\n````md\n```\ninner\n```\n````\ntwo')).to.deep.equal(['one', 'two']);
    expect(paragraphsOf('one\n~~~\n```\ninner\n~~~\ntwo')).to.deep.equal(['one', 'two']);
    expect(paragraphsOf('one\n```\ninner\n`````\ntwo')).to.deep.equal(['one', 'two']);
  });

  it('keeps code within a sentence, also at its beginning', () => {
    expect(paragraphsOf('```npm start``` runs it.\n\nmore\n\n```\ncode\n```')).to.deep.equal([
      '```npm start``` runs it.',
      'more',
    ]);
  });

  it('keeps the text below a fence that is never closed, without the fence', () => {
    expect(paragraphsOf('one\n```ts\ntwo\n\n~~~\nthree')).to.deep.equal(['one', 'two', 'three']);
    expect(paragraphsOf('one\n```ts\ntwo\n~~~\ncode\n~~~\nthree')).to.deep.equal(['one', 'two', 'three']);
  });

  for (const [what, text] of Object.entries({
    'fences that are never closed': (n: number) => '```ts\n'.repeat(n),
    'fences of two kinds that are never closed': (n: number) => '```ts\n~~~ts\nword\n\n'.repeat(n),
    'fences that are closed': (n: number) => '```ts\ncode\n```\nword\n\n'.repeat(n),
    'fences, each shorter than the one above': (n: number) => {
      return Array.from({ length: Math.sqrt(n) * 2 }, (_, i) => `${'`'.repeat(Math.sqrt(n) * 2 + 3 - i)}ts\n`).join('');
    },
    'lines of one paragraph': (n: number) => 'word\n'.repeat(n),
    'items of one list': (n: number) => '- word\n'.repeat(n),
    'empty lines': (n: number) => '\n \t'.repeat(n),
    'spaces before a fence': (n: number) => `${' '.repeat(n)}x\n`.repeat(3),
    'a fence as long as the text': (n: number) => '`'.repeat(n),
    'a line of digits and spaces': (n: number) => `${' '.repeat(n)}${'1'.repeat(n)}`,
  })) {
    it(`takes time in proportion to the length: ${what}`, () => {
      const timed = (n: number): number => {
        const input = text(n);
        return quickest(() => paragraphsOf(input));
      };
      // Sixteen times the length would take 256 times as long if the time were quadratic.
      expect(timed(160_000)).to.be.below(80 * Math.max(timed(10_000), 4));
    });
  }

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

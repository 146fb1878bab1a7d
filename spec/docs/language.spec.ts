import { expect } from 'chai';
import { readPage } from './support/pages.js';
import { SHAPED } from './support/shapes.js';

/** Phrases that readers who learnt English late stumble over, and what to write. */
const INSTEAD: readonly (readonly [phrase: RegExp, write: string])[] = [
  [/\bwhere nothing is said\b|\bof which nothing is said\b/i, 'if unset'],
  [/^(?:- )?Of (?:a|an|the) /m, 'For streams, …'],
  [/\b(?:is|are) told of\b|\btells? of\b/i, 'emits, logs, reports'],
  [/\b(?:it|what (?:it|they)) comes? to\b|\bwhat became of\b/i, 'outcome, results in'],
  [/\bgo(?:es)? by (?:its|their|the|those|that)\b/i, 'uses'],
  [/\bin (?:the )?place of\b/i, 'instead of, replaces'],
  [/\bheed(?:s|ed)?\b/i, 'listens to, follows'],
  [/\bnought\b|\bis no \w+ of\b/i, '0, is not'],
  [/\bthe call is turned away\b|\bturned away\b/i, 'rejects the call'],
];

/** A page without its code, each paragraph in one line. */
function proseOf(path: string): string {
  return readPage(path)
    .text.replace(/^```[^]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, '``')
    .replace(/\n(?![\n|#-])/g, ' ');
}

describe('the language of the documentation', () => {
  for (const path of SHAPED)
    it(`is plain: ${path}`, () => {
      const prose = proseOf(path);
      const found = INSTEAD.flatMap(([phrase, write]) => {
        const [match] = phrase.exec(prose) ?? [];
        return match === undefined ? [] : [`"${match}": write ${write}`];
      });
      expect(found).to.deep.equal([]);
    });
});

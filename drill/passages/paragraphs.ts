import { withoutCode } from './without-code.js';

/** Longer paragraphs are cut, so that each stays well within what an embedding takes. */
const MOST_CHARACTERS = 2000;

/** Items, tables and quotes: each of these lines stays a line. */
const LINE_OF_ITS_OWN = /^\s*(?:[-*+|>]|\d+[.)])/;

/** The paragraphs of a text or Markdown file. Headings, rules and code are left out: they answer no question. */
export function paragraphsOf(text: string): string[] {
  return withoutCode(text.replace(/\r\n?/g, '\n'))
    .split(/\n\s*\n/)
    .map(unwrap)
    .filter((paragraph) => /\p{L}/u.test(paragraph))
    .flatMap(cut);
}

/** Joins the lines of a sentence. */
function unwrap(block: string): string {
  const lines = block.split('\n').filter((line) => line.trim() !== '' && !/^#{1,6} /.test(line));
  return lines.reduce((text, line) => {
    if (text === '') return line.trim();
    return `${text}${LINE_OF_ITS_OWN.test(line) ? '\n' : ' '}${line.trim()}`;
  }, '');
}

function cut(paragraph: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < paragraph.length; at += MOST_CHARACTERS) pieces.push(paragraph.slice(at, at + MOST_CHARACTERS));
  return pieces;
}

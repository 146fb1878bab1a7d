/** Longer ones are cut, so that each stays well within what an embedding takes. */
const MOST_CHARACTERS = 2000;

/** Lines of these kinds mean something by standing on their own: items, tables, quotes. */
const LINE_OF_ITS_OWN = /^\s*(?:[-*+|>]|\d+[.)])/;

/** The paragraphs of a text or Markdown file. Headings, rules and code are left out: they answer no question. */
export function paragraphsOf(text: string): string[] {
  return withoutCode(text)
    .split(/\n\s*\n/)
    .map(unwrap)
    .filter((paragraph) => /\p{L}/u.test(paragraph))
    .flatMap(cut);
}

function withoutCode(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/^ *(```|~~~).*\n(?:.*\n)*? *\1 *$/gm, '\n');
}

/** A sentence that goes over the end of a line is one sentence. */
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

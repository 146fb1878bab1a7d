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

/** Without what stands between two fences. A fence that is never closed is text. One pass: a text may be long. */
function withoutCode(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const kept: string[] = [];
  const ends = endsOfFences(lines);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    const end = ends[at];
    kept.push(end === undefined ? line : '');
    if (end !== undefined) at = end;
  }
  return kept.join('\n');
}

/** For each line that opens a fence, the line that closes it. */
function endsOfFences(lines: readonly string[]): (number | undefined)[] {
  const next = new Map<string, number>();
  const ends: (number | undefined)[] = new Array(lines.length);
  for (let at = lines.length - 1; at >= 0; at--) {
    const [, mark, rest = ''] = /^ *(```|~~~)(.*)$/.exec(lines[at] as string) ?? [];
    if (mark === undefined) continue;
    ends[at] = next.get(mark);
    if (rest.trim() === '') next.set(mark, at);
  }
  return ends;
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

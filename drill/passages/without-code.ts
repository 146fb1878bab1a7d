/** The line above or below a block of code. */
interface Fence {
  readonly character: '`' | '~';
  readonly length: number;
  /** Whether anything follows on the line. Then the line can open a block, but not close one. */
  readonly hasInfo: boolean;
}

/**
 * The text without its fenced blocks of code, in time linear to its length. A fence that is never closed begins no block:
 * its own line is left out, and the text below it stays.
 */
export function withoutCode(text: string): string {
  const lines = text.split('\n');
  const kept: string[] = [];
  // A fence of this length or more is not closed below, which a search has shown: without this, each such fence would
  // search the whole rest again.
  const unclosed = { '`': Number.POSITIVE_INFINITY, '~': Number.POSITIVE_INFINITY };
  for (let at = 0; at < lines.length; at++) {
    const fence = fenceOf(lines[at]);
    // An empty line divides the paragraphs above and below the block.
    kept.push(fence ? '' : (lines[at] ?? ''));
    if (!fence || fence.length >= unclosed[fence.character]) continue;
    const end = closingLine(lines, at + 1, fence);
    if (end === undefined) unclosed[fence.character] = fence.length;
    else at = end;
  }
  return kept.join('\n');
}

function fenceOf(line = ''): Fence | undefined {
  const [, marks = '', info = ''] = /^ *(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
  const character = marks[0];
  if (character !== '`' && character !== '~') return undefined;
  // ```like this``` is code within a sentence.
  if (character === '`' && info.includes('`')) return undefined;
  return { character, length: marks.length, hasInfo: info.trim() !== '' };
}

function closingLine(lines: readonly string[], from: number, opening: Fence): number | undefined {
  for (let at = from; at < lines.length; at++) if (closes(lines[at], opening)) return at;
  return undefined;
}

function closes(line: string | undefined, opening: Fence): boolean {
  const fence = fenceOf(line);
  return fence?.character === opening.character && !fence.hasInfo && fence.length >= opening.length;
}

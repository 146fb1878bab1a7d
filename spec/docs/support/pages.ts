import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './repository.js';

/** A fenced block. */
export interface Block {
  readonly page: Page;
  /** The first line of the code, from 1. */
  readonly line: number;
  readonly language: string;
  /** What stands behind the language: `run`, `legacy`, … */
  readonly marks: ReadonlySet<string>;
  readonly code: string;
}

/** A page for readers. */
export interface Page {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** What a link can point to behind a `#`. */
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly string[];
}

/** README.md, the pages in docs/ and the others that belong to them. Those in docs/api are generated, and have no examples. */
export function pages(): readonly Page[] {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.md') && !name.startsWith('api/'),
  );
  return ['README.md', 'CHANGELOG.md', 'examples/README.md', ...inDocs.map((name) => `docs/${name}`)].map(readPage);
}

export function readPage(path: string): Page {
  const text = readFileSync(join(root, path), 'utf8');
  const blocks: Block[] = [];
  const page: Page = { path, text, blocks, anchors: anchorsOf(withoutCode(text)), links: linksOf(withoutCode(text)) };
  blocks.push(...blocksOf(page));
  return page;
}

/** The rows of the first table behind a heading, without its head: the cells as they are written. */
export function tableUnder(page: Page, heading: string): readonly (readonly string[])[] {
  const lines = page.text.split('\n');
  const from = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (from < 0) throw new Error(`${page.path} has no heading "${heading}"`);
  const first = lines.findIndex((line, at) => at > from && line.startsWith('|'));
  const end = lines.findIndex((line, at) => at > first && !line.startsWith('|'));
  return lines.slice(first + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

/** What stands under a heading of the second level. */
export interface Section {
  readonly heading: string;
  readonly text: string;
}

export function sectionsOf({ text, blocks }: Page): readonly Section[] {
  const lines = text.split('\n');
  const isCode = (at: number): boolean =>
    blocks.some(({ line, code }) => at >= line - 1 && at < line - 1 + code.split('\n').length);
  const starts = lines.flatMap((line, at) => (line.startsWith('## ') && !isCode(at) ? [at] : []));
  return starts.map((start, i) => ({
    heading: (lines[start] as string).slice('## '.length),
    text: lines.slice(start + 1, starts[i + 1]).join('\n'),
  }));
}

const FENCE = /^```(\w*)(.*)$/;

function* blocksOf(page: Page): Iterable<Block> {
  const lines = page.text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const [, language, marks] = FENCE.exec(lines[at] ?? '') ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`${page.path}:${at + 1}: the fence is not closed`);
    const code = lines.slice(at + 1, end).join('\n');
    yield { page, line: at + 2, language, marks: new Set(marks?.split(' ').filter((mark) => mark !== '')), code };
    at = end;
  }
}

function withoutCode(text: string): string {
  return text.replace(/^```[^]*?^```$/gm, '');
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#+ (.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let unique = anchor;
    for (let again = 1; anchors.has(unique); again++) unique = `${anchor}-${again}`;
    anchors.add(unique);
  }
  return anchors;
}

function linksOf(text: string): readonly string[] {
  return [...text.replace(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '#lib/cli/errors.js';
import { ownPackage } from '#lib/cli/package-root.js';
import { paragraphsOf } from './paragraphs.js';

/** A paragraph, and its file. */
export interface Passage {
  readonly text: string;
  readonly file: string;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
};

/**
 * The paragraphs of files.
 * @throws {UsageError} for a file that cannot be read, or if no file has a paragraph
 */
export function readPassages(files: readonly string[]): Passage[] {
  const passages = files.flatMap((file) => paragraphsOf(read(file)).map((text) => ({ text, file })));
  if (passages.length === 0)
    throw new UsageError(
      `there is no paragraph of text in ${files.join(', ')}; expected a text or Markdown file with sentences.`,
    );
  return passages;
}

/** This page describes other libraries: its sentences would be wrong answers about holdfast. */
const OF_OTHERS = 'comparison.md';

/** The files of holdfast's own docs. */
export function ownDocs(): string[] {
  const { root } = ownPackage();
  const docs = join(root, 'docs');
  const pages = existsSync(docs) ? readdirSync(docs).filter((name) => name.endsWith('.md') && name !== OF_OTHERS) : [];
  return [join(root, 'README.md'), ...pages.sort().map((name) => join(docs, name))].filter((file) => existsSync(file));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot read "${file}": ${REASONS[code] ?? code}.`);
  }
}

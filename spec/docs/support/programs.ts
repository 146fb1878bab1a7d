import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Block, readPage } from './pages.js';
import { compile, type Ended, runFile } from './processes.js';
import { root } from './repository.js';

export const DIALECTS = ['standard', 'legacy'] as const;

export type Dialect = (typeof DIALECTS)[number];

/** A TypeScript example as a whole: a block, and those before it on the page which it continues. */
export interface Program {
  readonly block: Block;
  /** Where a reader finds it. */
  readonly place: string;
  readonly source: string;
}

/** What an example may be marked with behind `ts`. */
const MARKS: ReadonlySet<string> = new Set(['run', 'mocha', 'continued', ...DIALECTS]);

export function programsOf(blocks: readonly Block[]): readonly Program[] {
  const examples = blocks.filter(({ language }) => language === 'ts');
  return examples.map((block, at) => {
    const place = `${block.page.path}:${block.line}`;
    for (const mark of block.marks) if (!MARKS.has(mark)) throw new Error(`${place}: unknown mark "${mark}"`);
    let first = at;
    while (examples[first]?.marks.has('continued')) first -= 1;
    return { block, place, source: joined(examples.slice(first, at + 1)) };
  });
}

/** The programs that are run. One that another goes on with is run as a part of it. */
export function runnable(programs: readonly Program[]): readonly Program[] {
  return programs.filter(({ block }, at) => {
    const next = programs[at + 1]?.block;
    return block.marks.has('run') && !(next?.marks.has('run') && next.marks.has('continued'));
  });
}

/** Without a decorator both dialects emit the same. */
export const hasDecorator = ({ source }: Program): boolean => /^\s*@/m.test(source);

/** Whether an example is for this dialect: it is for both unless it is marked with one. */
export function isFor({ block }: Program, dialect: Dialect): boolean {
  return block.marks.has(dialect) || !DIALECTS.some((other) => block.marks.has(other));
}

/** What the comments `// prints …` say that a program writes, line by line. Undefined where there is none. */
export function promisedOutput({ source }: Program): string | undefined {
  const lines = [...source.matchAll(/\/\/ prints (.*)$/gm)].map(([, line = '']) => `${line}\n`);
  return lines.length === 0 ? undefined : lines.join('');
}

/** Compiles programs in one go, with the tsconfig that README.md gives for the dialect. Returns what tsc says. */
export async function compileAll(programs: readonly Program[], dialect: Dialect): Promise<string> {
  const folder = folderOf(dialect);
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'src'), { recursive: true });
  const { compilerOptions } = tsconfigOf(dialect);
  const options = { ...compilerOptions, skipLibCheck: true, rootDir: 'src', outDir: 'out' };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['src'] }));
  await Promise.all(programs.map((one) => writeFile(join(folder, 'src', `${nameOf(one)}.ts`), one.source)));
  return compile(join(folder, 'tsconfig.json'));
}

export function runProgram(program: Program, dialect: Dialect): Promise<Ended> {
  const file = join(folderOf(dialect), 'out', `${nameOf(program)}.js`);
  return program.block.marks.has('mocha')
    ? runFile(join(root, 'node_modules/mocha/bin/mocha.js'), file)
    : runFile(file);
}

/** Each block stands in the lines that it has on its page, so that what the compiler says is about the page. */
function joined(blocks: readonly Block[]): string {
  let source = '';
  for (const { line, code } of blocks)
    source = `${source.padEnd(source.length + line - lineCount(source), '\n')}${code}`;
  return `${source}\n`;
}

const lineCount = (text: string): number => text.split('\n').length;

function tsconfigOf(dialect: Dialect): { compilerOptions: object } {
  const block = readPage('README.md').blocks.find(({ marks }) => marks.has('tsconfig') && marks.has(dialect));
  if (!block) throw new Error(`README.md has no tsconfig for the ${dialect} dialect`);
  return JSON.parse(block.code) as { compilerOptions: object };
}

const folderOf = (dialect: Dialect): string => join(root, 'build', 'docs', dialect);
const nameOf = ({ place }: Program): string => place.replaceAll(/[^\w]+/g, '-');

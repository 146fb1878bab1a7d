import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { root } from '../docs/support/repository.js';

const OPTIONS = {
  target: 'ES2022',
  module: 'NodeNext',
  strict: true,
  types: ['node', 'mocha'],
  declaration: true,
  skipLibCheck: true,
};

/** A small project that is laid out like this one. */
const FILES: Readonly<Record<string, unknown>> = {
  'package.json': { type: 'module', imports: { '#lib/*': './dist/*' } },
  '.mocharc.json': { reporter: 'dot' },
  'tsconfig.json': { compilerOptions: { ...OPTIONS, rootDir: 'lib', outDir: 'dist' }, include: ['lib'] },
  'spec/tsconfig.json': { compilerOptions: { ...OPTIONS, rootDir: '.', outDir: '../build/standard' }, include: ['.'] },
  'lib/sums/parts/add.ts': 'export const add = (a: number, b: number): number => a + b;\n',
  'lib/words/greet.ts': "export const greet = (): string => 'hello';\n",
  'spec/sums/add.spec.ts': specOf('sums/parts/add', 'add', 'add(1, 2) === 3'),
  'spec/words/greet.spec.ts': specOf('words/greet', 'greet', "greet() === 'hello'"),
};

function specOf(module: string, name: string, condition: string): string {
  return `import { ${name} } from '#lib/${module}.js';
it('${name}', () => {
  console.log('${name} ran');
  if (!(${condition})) throw new Error('${name} is wrong');
});
`;
}

describe('npm run watch', function () {
  this.timeout(60_000);
  let folder: string;
  let child: ChildProcess;
  let said: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-watch-'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const [name, content] of Object.entries(FILES)) write(name, content);
  });
  afterEach(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  function write(name: string, content: unknown): void {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }

  function start(...args: string[]): void {
    child = spawn(process.execPath, [join(root, 'scripts/watch.js'), ...args], { cwd: folder });
    said = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  }

  /** What it prints until a text, from where the last call ended. */
  async function until(text: RegExp): Promise<string> {
    for (;;) {
      const found = text.exec(said);
      if (!found) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      const end = found.index + found[0].length;
      const part = said.slice(0, end);
      said = said.slice(end);
      return part;
    }
  }

  it('compiles a change, and runs the specs of its folder or the nearest one above, and no others', async () => {
    start();
    expect(await until(/watching lib, spec/)).not.to.match(/ ran/);
    write('lib/sums/parts/add.ts', 'export const add = (a: number, b: number): number => a - b;\n');
    const failed = await until(/Error: add is wrong/);
    expect(failed)
      .to.match(/1 failing/)
      .and.not.to.match(/greet ran/);
    write('lib/sums/parts/add.ts', FILES['lib/sums/parts/add.ts']);
    expect(await until(/1 passing/))
      .to.match(/add ran/)
      .and.not.to.match(/greet ran/);
    write('spec/words/greet.spec.ts', specOf('words/greet', 'greet', 'greet().length === 5'));
    expect(await until(/1 passing/))
      .to.match(/greet ran/)
      .and.not.to.match(/add ran/);
  });

  it('notices new folders, and forgets specs whose source is deleted', async () => {
    start();
    await until(/watching/);
    write('lib/fresh/twice.ts', 'export const twice = (a: number): number => 2 * a;\n');
    write('spec/fresh/twice.spec.ts', specOf('fresh/twice', 'twice', 'twice(2) === 4'));
    write('spec/fresh/again.spec.ts', specOf('fresh/twice', 'twice', 'twice(3) === 6'));
    await until(/2 passing/);
    rmSync(join(folder, 'spec/fresh/again.spec.ts'));
    await until(/1 passing/);
  });

  it('runs no spec while something does not compile, and all that are due once it does', async () => {
    start();
    await until(/watching/);
    write('lib/words/greet.ts', "export const greet = (): number => 'hello';\n");
    expect(await until(/lib\/words\/greet\.ts.*TS2322.*\n/)).not.to.match(/ ran/);
    write('lib/sums/parts/add.ts', 'export const add = (a: number, b: number): number => b + a;\n');
    expect(await until(/TS2322.*\n/)).not.to.match(/ ran/);
    write('lib/words/greet.ts', FILES['lib/words/greet.ts']);
    expect(await until(/2 passing/))
      .to.match(/add ran/)
      .and.to.match(/greet ran/);
  });

  it('runs the specs of the folder that it is given, whatever changes', async () => {
    start('words');
    expect(await until(/1 passing/)).to.match(/greet ran/);
    await until(/watching/);
    write('lib/sums/parts/add.ts', 'export const add = (a: number, b: number): number => a * b;\n');
    expect(await until(/1 passing/))
      .to.match(/greet ran/)
      .and.not.to.match(/add ran/);
  });

  it('answers a folder without specs with one line and exit code 2, and Ctrl-C with 0', async () => {
    start('nowhere');
    expect(await new Promise((resolve) => child.on('close', resolve))).to.equal(2);
    expect(said).to.match(/^watch: expected a folder below spec\/ that has specs, .*, got "nowhere"\.\n$/);
    start();
    await until(/watching/);
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.on('close', resolve))).to.equal(0);
  });
});

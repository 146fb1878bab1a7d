import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { root } from '../docs/support/repository.js';
import { node } from '../package/support/processes.js';
import { MISTAKES, type Mistake } from './mistakes.js';

const DIALECTS = ['standard', 'legacy'] as const;
const COMPILERS = { 'TypeScript 7': 'typescript', 'TypeScript 5.9': 'typescript-5' } as const;
const IMPORT =
  "import { CircuitProtected, ConcurrencyLimited, Hedged, RetryOnTransient, TimeLimited } from 'holdfast';\n";
const LEGACY = { experimentalDecorators: true, emitDecoratorMetadata: true };

const folderOf = (dialect: string, target: string): string => join(root, 'build', 'mistakes', `${dialect}-${target}`);
const fileOf = ({ name }: Mistake): string => name.replaceAll(/\W+/g, '-');
const targetOf = ({ target }: Mistake): string => target ?? 'es2022';

/** What the compilers say about each mistake, by dialect, compiler and file. They write the program all the same. */
async function compileAll(): Promise<ReadonlyMap<string, string>> {
  const said = new Map<string, string>();
  for (const dialect of DIALECTS)
    for (const target of new Set(MISTAKES.map(targetOf))) {
      const folder = folderOf(dialect, target);
      await rm(folder, { recursive: true, force: true });
      await mkdir(join(folder, 'src'), { recursive: true });
      const options = {
        target,
        module: 'nodenext',
        strict: true,
        types: ['node'],
        skipLibCheck: true,
        lib: ['es2022'],
      };
      const compilerOptions = { ...options, rootDir: 'src', outDir: 'out', ...(dialect === 'legacy' && LEGACY) };
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
      for (const mistake of MISTAKES.filter((each) => targetOf(each) === target))
        await writeFile(join(folder, 'src', `${fileOf(mistake)}.ts`), IMPORT + mistake.code);
      for (const [compiler, installed] of Object.entries(COMPILERS)) {
        const tsc = join(root, 'node_modules', installed, 'bin/tsc');
        const { stdout } = await node([tsc, '--project', folder, '--pretty', 'false'], root);
        for (const [, file, text = ''] of stdout.matchAll(/([\w()-]+)\.ts\(\d+,\d+\): ([^]*?)(?=^\S|(?![^]))/gm))
          said.set(`${dialect} ${compiler} ${file}`, `${said.get(`${dialect} ${compiler} ${file}`) ?? ''}${text}`);
      }
    }
  return said;
}

/** What is said when the program runs. */
async function run(mistake: Mistake, dialect: string): Promise<string | undefined> {
  const file = join(folderOf(dialect, targetOf(mistake)), 'out', `${fileOf(mistake)}.js`);
  try {
    await import(pathToFileURL(file).href);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Standard decorators run before their class exists, and a getter is an accessor in the legacy dialect. */
const plain = (text: string): string => text.replaceAll('Ask.ask', 'ask').replace('the accessor', 'the getter');

describe('A typical mistake', function () {
  this.timeout(120_000);
  let said: ReadonlyMap<string, string>;

  before(async () => {
    said = await compileAll();
  });

  it('is one of at least thirty', () => {
    expect(new Set(MISTAKES.map(fileOf)))
      .to.have.property('size', MISTAKES.length)
      .above(30);
  });

  for (const mistake of MISTAKES) {
    const { name, compiler, runs, advice } = mistake;

    describe(name, () => {
      for (const dialect of DIALECTS) {
        for (const version of Object.keys(COMPILERS))
          it(`${compiler === undefined ? 'compiles' : 'does not compile'}: ${dialect} decorators, ${version}`, () => {
            const found = said.get(`${dialect} ${version} ${fileOf(mistake)}`);
            if (compiler === undefined) expect(found).to.equal(undefined);
            else expect(found).to.include(compiler);
          });

        it(`${runs === undefined ? 'is not seen when it runs' : 'is told when it runs'}: ${dialect} decorators`, async () => {
          const found = await run(mistake, dialect);
          expect(found && plain(found)).to.equal(runs);
        });
      }

      it('says what to write instead', () => {
        expect(`${runs}\n${compiler}`).to.include(advice);
      });
    });
  }
});

import { readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { type Manifest, modules, type Packed, packed, root, type Target } from './support/packed.js';
import { node } from './support/processes.js';

describe('the package', function () {
  this.timeout(60_000);
  let shipped: Packed;

  before(async () => {
    shipped = await packed();
  });

  const isShipped = (path: string): boolean =>
    shipped.files.includes(path) || shipped.files.some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`));

  /** The files of the repository that a page links to. */
  function linksOf(page: string): string[] {
    const links = readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g);
    return [...links]
      .map(([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => posix.join(posix.dirname(page), link));
  }

  it('holds each entry point as an ES module and as CommonJS, with declarations, and few files of code', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
    const targets = Object.values(exports).flatMap(leavesOf);
    expect(targets).to.have.lengthOf.above(12);
    expect(targets.filter((file) => !shipped.files.includes(file.slice('./'.length)))).to.deep.equal([]);
    const code = shipped.files.filter((file) => file.endsWith('.js'));
    expect(code.filter((file) => !/^dist\/(esm|cjs)\//.test(file))).to.deep.equal([]);
    const entries = Object.keys(exports).filter((path) => typeof exports[path] === 'object');
    const chunks = code.filter((file) => file.includes('/chunks/'));
    expect(code.filter((file) => !chunks.includes(file))).to.have.lengthOf(2 * entries.length + 1);
    expect(chunks.filter((file) => file.endsWith('/core.js'))).to.have.lengthOf(2);
  });

  it('holds what both formats share in files below 32 kB, alike, so that the second compresses to next to nothing', () => {
    const shared = shipped.files.filter((file) => /^dist\/cjs\/chunks\/(?!core\.js)/.test(file));
    expect(shared).to.have.lengthOf.above(10);
    for (const file of shared) {
      const required = readFileSync(join(root, file));
      const imported = readFileSync(join(root, file.replace('/cjs/', '/esm/')));
      expect(required.length, file).to.be.below(32_000);
      // In the smallest files the imports and exports, which differ, weigh more than the code.
      if (required.length < 2000) continue;
      const together = gzipSync(Buffer.concat([required, imported])).length;
      expect(together / gzipSync(required).length, file).to.be.below(1.1);
    }
  });

  it('declares the same in CommonJS and as ES modules, and nothing that no entry point leads to', () => {
    const declarations = (folder: string): string[] =>
      shipped.files
        .filter((file) => file.startsWith(`dist/${folder}/`) && file.endsWith('.d.ts'))
        .map((file) => file.slice(`dist/${folder}/`.length));
    expect(declarations('cjs')).to.deep.equal(declarations('esm'));
    expect(declarations('esm').filter((file) => file.startsWith('cli/'))).to.deep.equal([]);
    expect(readFileSync(join(root, 'dist/cjs/package.json'), 'utf8')).to.equal('{ "type": "commonjs" }\n');
  });

  it('names no source map, as it brings none', () => {
    const ours = shipped.files.filter((file) => file.startsWith('dist/'));
    const naming = ours.filter((file) => readFileSync(join(root, file), 'utf8').includes('sourceMappingURL='));
    expect(naming).to.deep.equal([]);
    expect(shipped.files.filter((file) => file.endsWith('.map'))).to.deep.equal([]);
  });

  it('is smaller than 400 kB, and holds every file of its own that its pages link to', () => {
    expect(statSync(shipped.tarball).size).to.be.below(400_000);
    const missing = shipped.files
      .filter((file) => file.endsWith('.md'))
      .flatMap((page) => linksOf(page).filter((file) => !isShipped(file)));
    expect([...new Set(missing)]).to.deep.equal([]);
  });

  it('holds what a user reads, and nothing else: no specs, sources, maps or configuration of ours', () => {
    const others = shipped.files.filter((file) => !file.startsWith('dist/'));
    const pages = others.filter((file) =>
      /^(docs\/(migration\/)?[\w-]+\.(md|svg)|examples\/.*\.(md|ts|json))$/.test(file),
    );
    expect(pages).to.include.members(['docs/tutorial.md', 'docs/configuration.md', 'examples/README.md']);
    // What commands have measured is for those who read the repository.
    expect(pages.filter((file) => /(benchmarks|clients|fault-matrix|mutants|outage)\./.test(file))).to.deep.equal([]);
    expect(others.filter((file) => !pages.includes(file))).to.deep.equal([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'llms.txt',
      'observability/grafana/holdfast.json',
      'observability/prometheus/holdfast.rules.test.yml',
      'observability/prometheus/holdfast.rules.yml',
      'package.json',
      'resilience.schema.json',
    ]);
  });

  it('depends on nothing that only its command or the drill would need', async () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
    const library = shipped.files.filter((file) => /^dist\/esm\/(?!cli\/).*\.js$/.test(file));
    const code = library.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    // Packages are named by import, import() and require().
    const needed = new Set(
      [...code.matchAll(/(?:from|import|(?:import|loadPackage)\() ?["']([\w@][^"']*)["']/g)].map(([, name]) => name),
    );
    expect(Object.keys(dependencies).filter((name) => !needed.has(name))).to.deep.equal([]);
  });

  it('declares its types with those of its peers alone, each in the entry point that is for it', () => {
    const declarations = shipped.files.filter((file) => file.endsWith('.d.ts'));
    const needed = declarations.flatMap((file) => {
      const imports = readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import|import\() ?'([^.'][^']*)'/g);
      return [...imports].map(([, name]) => `${dirname(file)}: ${name}`);
    });
    const ofNode = /: node:/;
    expect([...new Set(needed.filter((name) => !ofNode.test(name)))].sort()).to.deep.equal([
      'dist/cjs/fetch: axios',
      'dist/cjs/fetch: undici',
      'dist/cjs/nestjs: @nestjs/common',
      'dist/cjs/nestjs: @nestjs/core',
      'dist/cjs/openai: openai',
      'dist/esm/fetch: axios',
      'dist/esm/fetch: undici',
      'dist/esm/nestjs: @nestjs/common',
      'dist/esm/nestjs: @nestjs/core',
      'dist/esm/openai: openai',
    ]);
  });

  it('has nothing that publint would change', async () => {
    const tarball = readFileSync(shipped.tarball);
    const pack = {
      tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength),
    };
    const { messages, pkg } = await publint({ pack, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg ?? {}, { color: false }))).to.deep.equal([]);
  });

  it('has types that every way of resolving modules finds, node10 and CommonJS included (are the types wrong?)', async () => {
    const attw = join(modules, '@arethetypeswrong/cli/dist/index.js');
    const { code, stdout, stderr } = await node(
      [attw, shipped.tarball, '--profile', 'strict', '--no-emoji'],
      shipped.folder,
    );
    expect(code, `${stdout}${stderr}`).to.equal(0);
  });
});

function leavesOf(target: Target): string[] {
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(leavesOf);
}

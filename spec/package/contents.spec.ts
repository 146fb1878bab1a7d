import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { type Manifest, modules, type Packed, packed, root } from './support/packed.js';
import { node } from './support/processes.js';

describe('the package', function () {
  this.timeout(60_000);
  let shipped: Packed;

  before(async () => {
    shipped = await packed();
  });

  it('holds what was compiled from lib/, and nothing that was compiled from elsewhere or before', () => {
    const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' });
    const compiled = sources
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => ['.js', '.d.ts'].map((end) => `dist/${name.replaceAll('\\', '/').replace(/\.ts$/, end)}`));
    const built = shipped.files.filter((file) => file.startsWith('dist/'));
    expect(
      compiled.filter((file) => !built.includes(file)),
      'missing',
    ).to.deep.equal([]);
    expect(
      built.filter((file) => !compiled.includes(file)),
      'left over: npm run clean',
    ).to.deep.equal([]);
  });

  it('holds what a user reads, and nothing else: no specs, sources, maps or configuration of ours', () => {
    const others = shipped.files.filter((file) => !file.startsWith('dist/'));
    const pages = others.filter((file) => /^docs\/[\w-]+\.(md|svg)$/.test(file));
    expect(pages).to.include.members(['docs/tutorial.md', 'docs/configuration.md']);
    expect(others.filter((file) => !pages.includes(file))).to.deep.equal([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'observability/grafana/holdfast.json',
      'observability/prometheus/holdfast.rules.test.yml',
      'observability/prometheus/holdfast.rules.yml',
      'package.json',
      'resilience.schema.json',
    ]);
  });

  it('depends on nothing that only its command or the drill would need', async () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
    const library = shipped.files.filter((file) => /^dist\/(?!cli\/).*\.js$/.test(file));
    const code = library.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    // Packages are named by import, import() and require().
    const needed = new Set(
      [...code.matchAll(/(?:from|import|import\(|require\() ?'([\w@][^']*)'/g)].map(([, name]) => name),
    );
    expect(Object.keys(dependencies).filter((name) => !needed.has(name))).to.deep.equal([]);
  });

  it('declares its types without those of convict, ms and winston, which users need not have', () => {
    const declarations = shipped.files.filter((file) => /^dist\/(?!cli\/).*\.d\.ts$/.test(file));
    const needed = declarations.flatMap((file) => {
      const imports = readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import|import\() ?'([^.'][^']*)'/g);
      return [...imports].map(([, name]) => `${dirname(file)}: ${name}`);
    });
    const ofNode = /: node:/;
    expect([...new Set(needed.filter((name) => !ofNode.test(name)))].sort()).to.deep.equal([
      'dist/decorators: reflect-metadata',
      'dist/openai: openai',
      'dist/otel: @opentelemetry/api',
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

  it('has types that every way of resolving modules finds (are the types wrong?)', async () => {
    const attw = join(modules, '@arethetypeswrong/cli/dist/index.js');
    const { code, stdout, stderr } = await node(
      [attw, shipped.tarball, '--profile', 'esm-only', '--no-emoji'],
      shipped.folder,
    );
    expect(code, `${stdout}${stderr}`).to.equal(0);
  });
});

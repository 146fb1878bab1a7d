import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { root } from '../docs/support/repository.js';

const GOOD = "it('holds', () => {});\n";

/** One spec for each process that is started, and where they are compiled to. */
const SPECS: Readonly<Record<string, string>> = {
  'standard/sums/add.spec.js': GOOD,
  'legacy/sums/add.spec.js': GOOD,
  'standard/dashboard/page.spec.js': GOOD,
  'standard/fleet/store.spec.js': GOOD,
  'standard/bench/lines.spec.js': GOOD,
};

describe('the run of all specs', function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-specs-'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    write('package.json', '{ "type": "module" }');
    write(
      '.mocharc.json',
      JSON.stringify({ reporter: join(root, 'build/standard/support/reporter.js'), color: false }),
    );
    for (const [name, source] of Object.entries(SPECS)) write(join('build', name), source);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(name: string, content: string): void {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }

  function run(): { code: number | null; lines: string[] } {
    const ended = spawnSync(process.execPath, [join(root, 'scripts/specs.js')], { cwd: folder, encoding: 'utf8' });
    return { code: ended.status, lines: ended.stdout.split('\n').filter((line) => line !== '') };
  }

  it('ends with one sum of all processes', () => {
    const { code, lines } = run();
    expect(code).to.equal(0);
    expect(lines.filter((line) => line.includes('✔'))).to.have.length(5);
    expect(lines.filter((line) => / passed, \d+ failed/.test(line))).to.deep.equal(['5 passed, 0 failed']);
    expect(lines.at(-1)).to.equal('5 passed, 0 failed');
  });

  it('says what failed again, after all that ran later', () => {
    for (const name of ['standard/sums/add.spec.js', 'standard/fleet/store.spec.js'])
      write(join('build', name), `it('adds ${name}', () => { throw new Error('wrong in ${name}'); });\n`);
    const { code, lines } = run();
    expect(code).to.equal(1);
    expect(lines.at(-1)).to.equal('3 passed, 2 failed');
    const last = lines.findLastIndex((line) => / ✔ | ✖ /.test(line));
    const end = lines.slice(last + 1).join('\n');
    expect(end).to.match(/adds standard\/sums[^]*Error: wrong in standard\/sums/);
    expect(end).to.match(/adds standard\/fleet[^]*Error: wrong in standard\/fleet/);
  });

  it('fails if a process ended before it could count', () => {
    write('build/standard/fleet/store.spec.js', 'process.exit(0);\n');
    const { code, lines } = run();
    expect(code).to.equal(1);
    expect(lines.at(-1)).to.equal('4 passed, 0 failed');
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from '../docs/support/repository.js';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function begin(...args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['bench/outage.js', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

const bench = (...args: readonly string[]): Promise<Ended> => begin(...args).ended;

const OURS = ['none', 'openai SDK', 'holdfast', 'oracle'];
const ONCE = ['--seeds', '1', '--outage', 'lost', '--only'];

describe('the outage replay', function () {
  // A replay of two minutes takes half a second in virtual time, the SDK's some more.
  this.timeout(60_000);

  describe('of what the project has by itself', () => {
    let first: Ended;
    before(async () => {
      first = await bench(...ONCE, 'none,sdk,holdfast,oracle');
    });

    it('ends well and tells every client in both tables', () => {
      expect(first.code, first.stderr).to.equal(0);
      for (const name of OURS) expect(first.stdout.match(new RegExp(`^│ ${name} `, 'gm')), name).to.have.lengthOf(2);
    });

    it('shows retries that never let the upstream recover, and a circuit that does', () => {
      expect(first.stdout).to.match(/^│ openai SDK .*│ never +│ 1 of 1 │$/m);
      expect(first.stdout).to.match(/^│ holdfast .*│ 0 of 1 │$/m);
      expect(first.stdout).to.include('✔ no collapse that outlives its cause, in any replay');
    });

    it('gives the same figures for the same seed', async () => {
      const again = await bench(...ONCE, 'holdfast,oracle');
      const rows = again.stdout.match(/^│ (holdfast|oracle) .*$/gm) ?? [];
      expect(rows).to.have.lengthOf(4);
      for (const row of rows) expect(cellsOf(first.stdout)).to.deep.include(cellsOf(row)[0]);
    });
  });

  it('is ended by Ctrl-C with the code that shells have for it', async () => {
    const { child, ended } = begin('--seeds', '1000', '--only', 'none', '--outage', 'held');
    setTimeout(() => child.kill('SIGINT'), 1500);
    expect((await ended).code).to.equal(130);
  });

  it('closes its sockets when Ctrl-C ends it over real ones', async () => {
    const { child, ended } = begin('--real', '--only', 'none,holdfast');
    child.stderr?.once('data', () => setTimeout(() => child.kill('SIGINT'), 500));
    expect((await ended).code).to.equal(130);
  });

  for (const [args, told] of [
    [
      ['--sedes', '3'],
      /^bench:outage: unknown option '--sedes'.* Known are --seeds, --only, --outage, --real, --write\.$/,
    ],
    [['soon'], /^bench:outage: too many arguments.* Known are --seeds, .*\.$/],
    [['--seeds', '0'], /^bench:outage: .* Expected an integer from 1 to 1000\.$/],
    [['--seeds', '2.5'], /^bench:outage: .* Expected an integer from 1 to 1000\.$/],
    [['--only', 'holdfast,hope'], /^bench:outage: .* Unknown: hope\. Known are none, sdk, .*holdfast, .*oracle\.$/],
    [['--outage', 'fire'], /^bench:outage: .* Unknown: fire\. Known are lost, refused, held\.$/],
    [['--write', '--only', 'oracle'], /^bench:outage: --write needs all clients: leave out --only\.$/],
    [['--real', '--seeds', '3'], /^bench:outage: --real plays one seed: leave out --seeds\.$/],
  ] as const) {
    it(`refuses "${args.join(' ')}" in one line that says what to write instead`, async () => {
      const { code, stdout, stderr } = await bench(...args);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr.trimEnd()).to.match(told);
    });
  }

  for (const [client, name] of [
    ['cockatiel-retry-outside', 'cockatiel'],
    ['opossum-retry-outside', 'opossum'],
  ] as const) {
    it(`names ${name} and how to install it where it is not there, and plays it where it is`, async () => {
      const isThere = existsSync(join(root, 'bench/node_modules', name));
      const { code, stderr } = await bench(...ONCE, client);
      if (isThere) expect(code, stderr).to.equal(0);
      else expect({ code, stderr }).to.deep.equal({ code: 2, stderr: notInstalled(name) });
    });
  }
});

/** The tables are as wide as their widest cells. */
function cellsOf(text: string): readonly (readonly string[])[] {
  const rows = text.split('\n').filter((line) => line.startsWith('│'));
  return rows.map((row) => row.split('│').map((cell) => cell.trim()));
}

const notInstalled = (name: string): string => `bench:outage: ${name} is not installed: npm install --prefix bench\n`;

import { expect } from 'chai';
import { begin, type Copy, type Ended, run, withoutPeers } from './bench.js';

const ONCE = ['--seeds', '1', '--outage', 'lost', '--only'];

describe('npm run bench:outage', function () {
  // A replay of two minutes takes half a second in virtual time, the SDK's some more.
  this.timeout(60_000);

  describe('with what needs no other library', () => {
    let ended: Ended;
    before(async () => {
      ended = await run('outage', ...ONCE, 'none,sdk,holdfast,oracle');
    });

    it('ends well and tells every client in both tables', () => {
      expect(ended.code, ended.stderr).to.equal(0);
      for (const name of ['none', 'openai SDK', 'holdfast', 'oracle'])
        expect(ended.stdout.match(new RegExp(`^${name}  `, 'gm')), name).to.have.lengthOf(2);
    });

    it('shows retries that never let the upstream recover, and a circuit that does', () => {
      expect(ended.stdout).to.match(/^openai SDK .* never +1 of 1$/m);
      expect(ended.stdout).to.match(/^holdfast .* \d\.\d s +0 of 1$/m);
      expect(ended.stdout).to.include('✔ no collapse that outlives its cause, in any replay');
    });

    it('gives the same figures for the same seed', async () => {
      const again = await run('outage', ...ONCE, 'holdfast,oracle');
      const rows = again.stdout.match(/^(holdfast|oracle) .*$/gm) ?? [];
      expect(rows).to.have.lengthOf(4);
      for (const row of rows) expect(ended.stdout.replace(/ +/g, ' ')).to.include(row.replace(/ +/g, ' '));
    });
  });

  for (const args of [
    ['--only', 'none', '--seeds', '1000'],
    ['--only', 'none,holdfast', '--real'],
  ]) {
    it(`ends with 130 at Ctrl-C and leaves nothing behind: ${args.at(-1)}`, async () => {
      const { child, said, ended } = begin('outage', args);
      await said;
      setTimeout(() => child.kill('SIGINT'), 500);
      const { code, stderr } = await ended;
      expect({ code, stderr }).to.deep.equal({ code: 130, stderr: '' });
    });
  }

  for (const [mistake, args, expected] of [
    ['an unknown flag', ['--sedes', '3'], /unknown option '--sedes'.* Known: --help, --seeds <count>, .*--write$/],
    ['a word too many', ['soon'], /too many arguments.* Known: --help, --seeds/],
    ['no replay at all', ['--seeds', '0'], /Expected an integer from 1 to 1000\./],
    ['half a replay', ['--seeds', '2.5'], /Expected an integer from 1 to 1000\./],
    ['an unknown client', ['--only', 'holdfast,hope'], /Unknown: hope\. Known: none, sdk, .*holdfast, .*oracle\./],
    ['an unknown outage', ['--outage', 'fire'], /Unknown: fire\. Known: lost, refused, held, partial, slow\./],
    ['half a page', ['--write', '--only', 'oracle'], /--write needs all clients: leave out --only\.$/],
    ['seeds in real time', ['--real', '--seeds', '3'], /--real plays one seed: leave out --seeds\.$/],
  ] as const) {
    it(`answers ${mistake} with one line and exit code 2`, async () => {
      const { code, stdout, stderr } = await run('outage', ...args);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(/^bench:outage: .*\n$/);
      expect(stderr.trimEnd()).to.match(expected);
    });
  }

  describe('in a folder of its own', () => {
    let copy: Copy;
    beforeEach(() => {
      copy = withoutPeers();
    });
    afterEach(() => copy.remove());

    it('names the peers that are not installed, and what installs them', async () => {
      const { code, stdout, stderr } = await begin('outage', [], copy.folder).ended;
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.equal(
        'bench:outage: cockatiel, opossum, p-retry are not installed: npm install --prefix bench\n',
      );
    });
  });
});

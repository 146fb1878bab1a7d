import { expect } from 'chai';
import { begin, run } from './bench.js';

describe('npm run soak', function () {
  this.timeout(60_000);

  it('leaves nothing behind, in virtual time and at real sockets', async () => {
    const { code, stdout, stderr } = await run('soak', '--quick');
    expect(stderr).to.equal('');
    expect(code, stdout).to.equal(0);
    const counts = [...stdout.matchAll(/^(virtual time|sockets): .* +(\d+) +yes$/gm)];
    expect(counts).to.have.lengthOf.above(20);
    expect(counts.map(([, , count]) => count)).to.deep.equal(counts.map(() => '0'));
  });

  it('makes the same calls again for the same seed, and others for another one', async () => {
    const calls = async (seed: string): Promise<string | undefined> => {
      const { stdout } = await run('soak', '--only', 'virtual', '--calls', '10000', '--seed', seed);
      return /^10000 calls in .* requests/m.exec(stdout)?.[0];
    };
    const first = await calls('1');
    expect(first).to.be.a('string');
    expect(await calls('1')).to.equal(first);
    expect(await calls('2')).not.to.equal(first);
  });

  for (const [mistake, args, expected] of [
    ['an unknown flag', ['--loud'], /^soak: unknown option '--loud'\. Known: --help, --calls <count>, --seconds /],
    ['seconds that are no number', ['--seconds', '1m'], /^soak: .*'1m'.*an integer from 1 to 86400/],
    ['no calls', ['--calls', '0'], /^soak: .*'0'.*an integer from 10000 /],
  ] as const) {
    it(`answers ${mistake} with one line and exit code 2`, async () => {
      const { code, stdout, stderr } = await run('soak', ...args);
      expect(code).to.equal(2);
      expect(stdout).to.equal('');
      expect(stderr).to.match(expected);
    });
  }

  it('ends with 130 at Ctrl-C', async () => {
    const { child, said, ended } = begin('soak', []);
    await said;
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).to.equal(130);
    expect(stderr).to.equal('');
  });
});

import { expect } from 'chai';
import { begin, type Copy, run, withoutPeers } from './bench.js';

describe('npm run bench', function () {
  this.timeout(60_000);

  it('measures every path beside a bare call and the hand-written loop', async () => {
    const { code, stdout, stderr } = await run('overhead', '--quick', '--alone', '--only', 'paths');
    expect(code, stderr).to.equal(0);
    for (const path of ['Healthy path', 'Failing path: handed on', 'Failing path: repeated', 'Open path']) {
      expect(stdout).to.include(path);
    }
    expect(stdout).to.match(/^hand-written loop +\d+ +1\.00 +\d+$/m);
    expect(stdout).to.match(/^holdfast, both decorators +\d+ +\d+\.\d\d +\d+$/m);
    expect(stdout).to.match(/^healthy path, both decorators: .* +\d+\.\d\d × +(yes|no)$/m);
  });

  it('measures the open path by the kind of fallback', async () => {
    const { code, stdout, stderr } = await run('overhead', '--quick', '--alone', '--only', 'open');
    expect(code, stderr).to.equal(0);
    for (const kind of ['a constant as fallback', 'a function as fallback, among five other stacks']) {
      expect(stdout).to.match(new RegExp(`^${kind} +\\d+ +\\d+\\.\\d\\d +\\d+$`, 'm'));
      expect(stdout).to.match(new RegExp(`^open path with ${kind}: at most .* +\\d+\\.\\d\\d × +(yes|no)$`, 'm'));
    }
  });

  it('says what a circuit holds on to', async () => {
    const { code, stdout, stderr } = await run('overhead', '--quick', '--alone', '--only', 'memory');
    expect(code, stderr).to.equal(0);
    const bytes = Number(/^holdfast, one for each key +(\d+)$/m.exec(stdout)?.[1]);
    expect(bytes, stdout).to.be.within(50, 1000);
  });

  it('measures a call in a fleet beside one that takes no part, and counts the commands of the store', async () => {
    const { code, stdout, stderr } = await run('overhead', '--quick', '--alone', '--only', 'fleet');
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^@RateLimited, in the fleet +\d+ +\d+$/m);
    expect(stdout).to.match(/^a call in a fleet: at most .* +\d+\.\d\d × +(yes|no)$/m);
    expect(stdout).to.match(/^a call in a fleet: no byte more +-?\d bytes +yes$/m);
    expect(stdout).to.match(/^calls in a fleet: no command of the store +0 commands +yes$/m);
  });

  it('draws a curve for each thing that may grow', async () => {
    const { code, stdout, stderr } = await run('overhead', '--quick', '--alone', '--only', 'growth');
    expect(code, stderr).to.equal(0);
    for (const what of ['circuits', 'calls in flight', 'decorators'])
      expect(stdout).to.include(`the number of ${what}`);
  });

  it('measures counters, exporters and what reading them takes', async () => {
    const { code, stdout, stderr } = await run('overhead', '--quick', '--only', 'visibility', '--alone');
    expect(code, stderr).to.equal(0);
    for (const copy of ['whole', 'control', 'without counters', 'without the channel', 'with exporters'])
      expect(stdout).to.match(new RegExp(`^${copy} +\\d+ +\\d\\.\\d{3}$`, 'm'));
    for (const mark of ['counters', 'channel without a subscriber', 'exporters without durations'])
      expect(stdout).to.match(new RegExp(`^${mark}: at most 1\\.0\\d × +\\d\\.\\d{3} × +(yes|no)$`, 'm'));
    expect(stdout).to.match(/^inspect\(\) of 100 methods and 10 000 keys: at most 20 ms +\d+\.\d ms +(yes|no)$/m);
    expect(stdout).to.match(/^what 50 000 calls leave behind: at most 65536 bytes +\d+ bytes +(yes|no)$/m);
  });

  describe('in a folder of its own', () => {
    let copy: Copy;
    beforeEach(() => {
      copy = withoutPeers();
    });
    afterEach(() => copy.remove());

    it('writes its results between the markers of the page, and nothing else', async () => {
      copy.page('# Before\n\n<!-- overhead -->\nfigures of last year\n<!-- /overhead -->\n\nAfter\n');
      const args = ['--quick', '--alone', '--only', 'memory', '--write'];
      const { code, stderr } = await begin('overhead', args, copy.folder).ended;
      expect(code, stderr).to.equal(0);
      expect(copy.read()).to.match(
        /^# Before\n\n<!-- overhead -->\n\nNode v[^]*\|---:\|\n[^]*\n\n<!-- \/overhead -->\n\nAfter\n$/,
      );
      expect(copy.read()).not.to.include('figures of last year');
    });

    it('says before the work that there is no page to write to', async () => {
      const { code, stdout, stderr } = await begin('overhead', ['--alone', '--write'], copy.folder).ended;
      expect(code).to.equal(2);
      expect(stdout).to.equal('');
      expect(stderr).to.equal('bench: expected <!-- overhead --> and <!-- /overhead --> in docs/benchmarks.md\n');
    });

    it('names the peers that are not installed, and what installs them', async () => {
      const { code, stdout, stderr } = await begin('overhead', ['--quick'], copy.folder).ended;
      expect(code).to.equal(2);
      expect(stdout).to.equal('');
      expect(stderr).to.equal(
        'bench: cockatiel, opossum, p-retry, mollitia are not installed: npm install --prefix bench\n',
      );
    });
  });

  for (const [mistake, args, expected] of [
    ['an unknown flag', ['--loud'], /^bench: unknown option '--loud'\. Known: --help, --quick, --only <section>, /],
    [
      'an unknown section',
      ['--only', 'speed'],
      /^bench: .*'speed'.*one of paths, open, policies, limits, fleet, streams, memory, imports, growth, visibility\./,
    ],
    ['a word too many', ['paths'], /^bench: too many arguments.* Known: --help/],
  ] as const) {
    it(`answers ${mistake} with one line and exit code 2`, async () => {
      const { code, stdout, stderr } = await run('overhead', ...args);
      expect(code).to.equal(2);
      expect(stdout).to.equal('');
      expect(stderr).to.match(expected);
      expect(stderr.match(/\n/g)).to.have.length(1);
    });
  }

  it('ends with 130 at Ctrl-C', async () => {
    const { child, said, ended } = begin('overhead', ['--alone']);
    await said;
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).to.equal(130);
    expect(stderr).to.equal('');
  });
});

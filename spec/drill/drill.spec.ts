import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { arrivals } from '#drill/outage/arrivals.js';
import { LOAD, PHASES } from '#drill/outage/scenario.js';
import { begin, DRILL, type Ended, linesOf, npmStart } from '../support/command.js';

interface Row {
  readonly answered: number;
  readonly fallback: number;
  readonly failed: number;
  readonly requests: number;
  readonly p50: number;
  readonly p99: number;
}

const asked = ({ answered, fallback, failed }: Row): number => answered + fallback + failed;

describe('npm start, in a pipe', function () {
  this.timeout(40_000);
  let ended: Ended;
  let lines: string[];
  before(async () => {
    ended = await npmStart([]);
    lines = linesOf(ended.stdout);
  });

  /** Both rows of a phase, or of `all`. */
  function rowsOf(phase: string): { readonly with: Row; readonly without: Row } {
    const at = lines.findIndex((line) => line.startsWith(`${phase} `) && / with /.test(line));
    const read = (line = ''): Row => {
      const [answered, fallback, failed, requests, p50, p99] = line.match(/\d+/g)?.map(Number) ?? [];
      if (p99 === undefined) throw new Error(`there are no six numbers in "${line}"`);
      return { answered, fallback, failed, requests, p50, p99 } as Row;
    };
    return { with: read(lines[at]), without: read(lines[at + 1]) };
  }

  const prose = (): string => ended.stdout.replaceAll('\n', ' ');

  it('ends by itself, well and within 30 seconds', () => {
    expect(ended.code, ended.stderr).to.equal(0);
    expect(ended.ms).to.be.below(30_000);
  });

  it('writes nothing to standard error, and no line of a log', () => {
    expect(ended.stderr).to.equal('');
    expect(ended.stdout).not.to.match(/retry_scheduled|circuit_opened|"level"/);
  });

  it('sends no escape codes down a pipe', () => {
    expect(ended.stdout).not.to.include('\u001B');
  });

  it('names the settings file that shortens the waits', () => {
    const named = /(\S+\.json) shortens the waits/.exec(prose())?.[1] ?? '';
    expect(named, ended.stdout).not.to.equal('');
    expect(existsSync(named)).to.equal(true);
  });

  it('tells each phase once, in order, and the circuit in between', () => {
    const told = lines.flatMap((line) => /^ *[\d.]+ s {2}([a-z-]+):/.exec(line)?.[1] ?? []);
    expect(told).to.deep.equal(PHASES.map(({ name }) => name));
    const states = lines.flatMap((line) => /^ *[\d.]+ s {4}circuit ([a-z-]+):/.exec(line)?.[1] ?? []);
    expect(states).to.include.members(['open', 'half-open', 'closed']);
    expect(lines.length).to.be.below(80);
  });

  it('asks the same questions on both sides in every phase', () => {
    for (const { name } of PHASES) {
      const rows = rowsOf(name);
      expect(asked(rows.with), name).to.be.above(10);
      expect(asked(rows.with), name).to.equal(asked(rows.without));
    }
  });

  it('asks at the moments that chance drew for the seed, in the rate-limited phase for a peak only', () => {
    const [, seconds] = /phases in (\d+) s/.exec(ended.stdout) ?? [];
    const durationMs = Number(seconds) * 1000;
    const moments: number[] = [];
    for (const { atMs } of arrivals(7)) if (moments.push(atMs) && atMs > durationMs) break;
    let startsAt = 0;
    for (const { name, share, peak = 1 } of PHASES) {
      const until = startsAt + peak * share * durationMs;
      const expected = moments.filter((atMs) => atMs >= startsAt && atMs < until).length;
      expect(asked(rowsOf(name).with), name).to.equal(expected);
      startsAt += share * durationMs;
    }
    expect(PHASES.find(({ name }) => name === 'rate-limited')?.peak).to.be.below(1);
  });

  it('sums up the phases in the last rows', () => {
    for (const side of ['with', 'without'] as const) {
      for (const key of ['answered', 'fallback', 'failed', 'requests'] as const) {
        const sum = PHASES.reduce((total, { name }) => total + rowsOf(name)[side][key], 0);
        expect(rowsOf('all')[side][key], `${key} ${side}`).to.equal(sum);
      }
    }
  });

  it('shows more useful answers from fewer upstream requests than the run without holdfast', () => {
    const all = rowsOf('all');
    expect(all.with.answered).to.be.above(all.without.answered);
    expect(all.with.requests).to.be.below(all.without.requests);
  });

  it('costs the healthy upstream nothing', () => {
    const { with: ours, without } = rowsOf('healthy');
    // A busy machine may be late for a request or two.
    expect(ours.answered).to.be.at.least(0.95 * asked(ours));
    expect(ours.requests).to.be.at.most(1.05 * without.requests);
  });

  it('leaves the upstream alone while it is down, and answers with the fallback meanwhile', () => {
    const { with: ours, without } = rowsOf('down');
    expect(ours.fallback).to.be.above(ours.failed);
    expect(ours.requests).to.be.below(without.requests / 2);
    expect(without.fallback).to.equal(0);
    expect(ours.p50).to.be.below(without.p50);
  });

  it('answers nearly everyone who can wait for the rate limit, where the run without holdfast asks in vain', () => {
    const { with: ours, without } = rowsOf('rate-limited');
    expect(ours.answered).to.be.at.least(0.75 * asked(ours));
    expect(ours.answered).to.be.above(1.5 * without.answered);
  });

  it('lets nobody hang on a stream that stalls, where the run without holdfast waits for its patience to end', () => {
    const { with: ours, without } = rowsOf('stalled');
    expect(without.p99).to.be.at.least(0.99 * LOAD.patienceMs);
    const [, within, without9] =
      /9 of 10 callers had an outcome within ([\d.]+) s, without it within ([\d.]+) s/.exec(prose()) ?? [];
    expect(Number(within)).to.be.below(Number(without9));
    expect(ours.failed).to.be.at.most(without.failed + 2);
  });

  it('leaves a slow upstream alone by its circuit, rather than giving it more to do', () => {
    const { with: ours, without } = rowsOf('slow');
    expect(ours.fallback).to.be.above(0);
    expect(ours.requests).to.be.below(0.75 * without.requests);
  });

  it('tells the story with the figures of the table', () => {
    const { with: ours, without } = rowsOf('all');
    const text = prose();
    expect(text).to.include(`With holdfast ${ours.answered} of ${asked(ours)} questions got an answer`);
    expect(text).to.include(
      `from ${ours.requests} requests upstream; without it ${without.answered}, from ${without.requests}.`,
    );
    const limited = rowsOf('rate-limited');
    expect(text).to.include(
      `At the rate limit ${limited.with.answered} of ${asked(limited.with)} questions got an answer, ` +
        `without holdfast ${limited.without.answered}.`,
    );
    const [slow, down] = [rowsOf('slow'), rowsOf('down')];
    expect(text).to.include(
      `it got ${slow.with.requests + down.with.requests} requests, ` +
        `without holdfast ${slow.without.requests + down.without.requests}.`,
    );
  });

  it('fits into 80 columns', () => {
    for (const line of lines) expect(line.length, line).to.be.at.most(80);
  });
});

describe('npm start, cut short', function () {
  this.timeout(15_000);

  it('ends with 130 and without a word when it is interrupted', async () => {
    const { child, ended, said } = begin(DRILL, ['drill']);
    await until(() => said().includes('healthy:'));
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(stderr).to.equal('');
    expect(code).to.equal(130);
  });

  it('uses its own settings if RESILIENCE_CONFIG is empty', async () => {
    const { child, ended, said } = begin(DRILL, ['drill'], { env: { RESILIENCE_CONFIG: '' } });
    await until(() => said().includes('healthy:'));
    child.kill('SIGINT');
    await ended;
    expect(said().replaceAll('\n', ' ')).to.match(/drill\/settings\.json shortens the waits/);
  });

  it('ends quietly when nobody reads on', async () => {
    const { child, ended, said } = begin(DRILL, ['drill']);
    await until(() => said().length > 0);
    child.stdout?.destroy();
    const { code, stderr } = await ended;
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

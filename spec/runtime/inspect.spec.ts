import { expect } from 'chai';
import {
  circuit,
  circuits,
  CircuitProtected,
  ConcurrencyLimited,
  configure,
  Hedged,
  inspect,
  type MethodStats,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import { observeCalls } from '#lib/runtime/observers.js';
import { library, runProgram } from '../support/program.js';
import { httpError, rejectionOf, turn, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

type Body = (...args: unknown[]) => Promise<unknown>;

describe('inspect', () => {
  const world = virtualTime();

  function statsOf(method: string): MethodStats {
    const found = inspect().methods.find((one) => one.method === method);
    if (!found) throw new Error(`${method} is not counted`);
    return found;
  }

  /** An async function with a name of its own, that answers with what `next` returns or throws. */
  function bodyOf(next: (...args: unknown[]) => unknown): { readonly name: string; readonly body: Body } {
    const name = uniqueName();
    const body = { [name]: async (...args: unknown[]) => next(...args) }[name] as Body;
    return { name, body };
  }

  function callsOf(method: string): Record<string, number> {
    return Object.fromEntries(
      statsOf(method).calls.map(({ outcome, errorType, count }) => [
        errorType === undefined ? outcome : `${outcome} ${errorType}`,
        count,
      ]),
    );
  }

  it('counts calls by how they ended, also across changes of settings', async () => {
    let fail: unknown;
    const { name, body } = bodyOf(() => {
      if (fail) throw fail;
      return 'answer';
    });
    const ask = RetryOnTransient({ maxAttempts: 1 })(body);
    await ask();
    const restore = configure({ settings: { retry: { minWait: '2s' } } });
    await ask();
    fail = unavailable();
    await rejectionOf(ask());
    restore();
    fail = httpError(401);
    await rejectionOf(ask());
    await rejectionOf(ask(AbortSignal.abort()));
    expect(callsOf(name)).to.deep.equal({ success: 2, 'failure server': 1, 'failure rejected': 1, cancelled: 1 });
    const { started, attempts, gaveUp } = statsOf(name);
    expect({ started, attempts, attemptsGivenUp: gaveUp.attempts }).to.deep.equal({
      started: 5,
      attempts: 4,
      attemptsGivenUp: 1,
    });
  });

  it('counts a call as in flight until it has ended', async () => {
    let end: (value: unknown) => void = () => undefined;
    const { name, body } = bodyOf(() => new Promise((resolve) => (end = resolve)));
    const asking = RetryOnTransient()(body)();
    expect(statsOf(name)).to.deep.include({ started: 1, calls: [] });
    end('answer');
    await asking;
    expect(callsOf(name)).to.deep.equal({ success: 1 });
  });

  it('counts retries by kind, and calls that they have saved', async () => {
    const errors = [unavailable(), httpError(500)];
    const { name, body } = bodyOf(() => {
      const error = errors.shift();
      if (error) throw error;
    });
    const asking = CircuitProtected()(RetryOnTransient({ maxAttempts: 3 })(body))();
    await world.clock.advance('60s');
    await asking;
    const { attempts, recovered, retries, circuit: of } = statsOf(name);
    expect({ attempts, recovered, server: retries.server, of }).to.deep.equal({
      ...{ attempts: 3, recovered: 1, server: 2, of: name },
    });
    expect(world.ends).to.deep.equal([]);
  });

  it('tells refusals and fallbacks from failures', async () => {
    const [open, answered] = [uniqueName(), uniqueName()];
    const refused = bodyOf(() => 'answer');
    const replaced = bodyOf(() => 'answer');
    const limited = bodyOf(() => 'answer');
    circuit(open).isolate();
    circuit(answered).isolate();
    await rejectionOf(CircuitProtected({ circuit: open })(refused.body)());
    await rejectionOf(TimeLimited('1s')(CircuitProtected({ circuit: open })(limited.body))());
    await CircuitProtected({ circuit: answered, fallback: 'cached' })(replaced.body)();
    expect(callsOf(refused.name)).to.deep.equal({ 'refused circuit-open': 1 });
    expect(callsOf(limited.name)).to.deep.equal({ 'refused circuit-open': 1 });
    expect(callsOf(replaced.name)).to.deep.equal({ fallback: 1 });
    const { started, attempts } = statsOf(refused.name);
    expect({ started, attempts }).to.deep.equal({ started: 1, attempts: 0 });
    const stats = inspect().circuits.find(({ circuit: name }) => name === open);
    expect(stats).to.deep.include({ circuit: open, state: 'isolated', refused: 2, wouldHaveRefused: 0, shadow: false });
    expect(stats?.transitions).to.deep.equal([{ state: 'isolated', count: 1 }]);
  });

  it('counts a fallback that answers after a failure, and one that fails itself as a failure', async () => {
    let mistake: unknown;
    const { name, body } = bodyOf(() => {
      throw unavailable();
    });
    const ask = CircuitProtected({
      fallbackOn: 'failure',
      fallback: () => {
        if (mistake) throw mistake;
        return 'cached';
      },
    })(body);
    expect(await ask()).to.equal('cached');
    mistake = httpError(400);
    await rejectionOf(ask());
    expect(callsOf(name)).to.deep.equal({ fallback: 1, 'failure rejected': 1 });
  });

  it('tells a rate limit that was not waited for from one that the upstream answered with', async () => {
    const gate = uniqueName();
    const { name, body } = bodyOf(() => {
      throw httpError(429, { headers: { 'retry-after': '60' } });
    });
    const ask = RespectRateLimit({ gate, maxWait: '1s' })(body);
    await rejectionOf(ask());
    await rejectionOf(ask());
    expect(callsOf(name)).to.deep.equal({ 'failure rate-limited': 1, 'refused rate-limit-wait': 1 });
    const stats = inspect().gates.find((one) => one.gate === gate);
    expect(stats).to.deep.equal({ gate, closedForMs: 60_000, pacePerS: 1, waiting: 0, closings: 1 });
  });

  it('counts a call that waited for a rate limit and then succeeded as recovered', async () => {
    let isLimited = true;
    const gate = uniqueName();
    const { name, body } = bodyOf(() => {
      if (isLimited) throw httpError(429, { headers: { 'retry-after': '5' } });
      return 'answer';
    });
    const asking = RespectRateLimit({ gate })(body)();
    await turn();
    isLimited = false;
    expect(inspect().gates.find((one) => one.gate === gate)?.waiting).to.equal(1);
    await world.clock.advance('10s');
    await asking;
    const { recovered, retries, attempts } = statsOf(name);
    expect({ recovered, limited: retries['rate-limited'], attempts }).to.deep.equal({
      ...{ recovered: 1, limited: 1, attempts: 2 },
    });
  });

  it('shows a bulkhead as it is, and counts what it refuses', async () => {
    const { name, body } = bodyOf(() => new Promise(() => undefined));
    const ask = ConcurrencyLimited({ limit: 1, queue: 1 })(body);
    void ask();
    const waiting = new AbortController();
    const queued = rejectionOf(ask(waiting.signal));
    await rejectionOf(ask());
    expect(statsOf(name).bulkhead).to.deep.equal({ limit: 1, running: 1, queued: 1, queueLimit: 1, abandoned: 0 });
    waiting.abort();
    await queued;
    expect(callsOf(name)).to.deep.equal({ cancelled: 1, 'refused concurrency-limit': 1 });
  });

  it('counts hedges, and those that win', async () => {
    let attempt = 0;
    const { name, body } = bodyOf(() => (++attempt === 1 ? new Promise(() => undefined) : 'answer'));
    const asking = Hedged({ after: '1s' })(body)();
    await world.clock.advance('1s');
    expect(await asking).to.equal('answer');
    const { hedges, attempts, recovered } = statsOf(name);
    expect({ hedges, attempts, recovered }).to.deep.equal({
      ...{ hedges: { started: 1, won: 1, refused: 0 }, attempts: 2, recovered: 1 },
    });
  });

  describe('for streams', () => {
    function streamOf(name: string, error?: unknown) {
      const generator = {
        async *[name](): AsyncGenerator<number> {
          yield 1;
          yield 2;
          if (error) throw error;
        },
      }[name] as () => AsyncGenerator<number>;
      return CircuitProtected()(RetryOnTransient()(generator));
    }

    it('counts success at the end, and not before', async () => {
      const name = uniqueName();
      const stream = streamOf(name)();
      await stream.next();
      expect(callsOf(name)).to.deep.equal({});
      for await (const _ of stream);
      expect(callsOf(name)).to.deep.equal({ success: 1 });
    });

    it('counts one that its reader leaves early as cancelled, without an event', async () => {
      const name = uniqueName();
      for await (const _ of streamOf(name)()) break;
      expect(callsOf(name)).to.deep.equal({ cancelled: 1 });
      expect(world.ends).to.deep.equal([]);
    });

    it('counts one that breaks as a failure', async () => {
      const name = uniqueName();
      const read = async (): Promise<void> => {
        for await (const _ of streamOf(name, unavailable())());
      };
      await rejectionOf(read());
      expect(callsOf(name)).to.deep.equal({ 'failure server': 1 });
      expect(world.ends.map(({ type, method }) => [type, method])).to.deep.equal([['call_failed', name]]);
    });

    it('counts nothing for one that nobody reads', () => {
      const name = uniqueName();
      const read = streamOf(name);
      read();
      expect(statsOf(name)).to.deep.include({ started: 0, calls: [] });
    });
  });

  it('counts nothing while resilience is switched off', async () => {
    const { name, body } = bodyOf(() => 'answer');
    const restore = configure({ settings: { resilience: { enabled: false } } });
    const ask = RetryOnTransient()(body);
    await ask();
    restore();
    expect(statsOf(name).started).to.equal(0);
  });

  it('counts a call whose settings are wrong', async () => {
    const { name, body } = bodyOf(() => 'answer');
    const restore = configure({ settings: { retry: { minWait: '20s', maxWait: '30s' } } });
    const ask = RetryOnTransient({ maxWait: '10s' })(body);
    await rejectionOf(ask());
    restore();
    expect(callsOf(name)).to.deep.equal({ 'failure misconfigured': 1 });
    expect(world.ends).to.have.lengthOf(1);
  });

  it('emits the first failure of kind unknown of a method, once, without its content', async () => {
    const { name, body } = bodyOf(() => {
      throw Object.assign(new Error('a secret'), { code: 'SECRET' });
    });
    const ask = RetryOnTransient()(body);
    await rejectionOf(ask());
    await rejectionOf(ask());
    const unknown = world.ends.filter(({ type }) => type === 'failure_unknown');
    expect(unknown).to.have.lengthOf(1);
    expect(unknown[0]).to.deep.include({ method: name, fields: ['name', 'message', 'code'] });
    expect(JSON.stringify(world.ends)).not.to.match(/secret/i);
  });

  it('adds up the keys of a circuit, and names none unless it is asked to', async () => {
    const name = uniqueName();
    const { body } = bodyOf((key) => {
      if (key === 'tenant-b') throw unavailable();
    });
    const ask = CircuitProtected({ circuit: name, key: (key) => String(key), failureThreshold: 1 })(body);
    for (const key of ['tenant-a', 'tenant-b', 'tenant-c']) await ask(key).catch(() => undefined);
    await rejectionOf(ask('tenant-b'));
    const [stats, ...others] = inspect().circuits.filter((one) => one.circuit === name);
    expect(others).to.deep.equal([]);
    expect(stats).to.deep.include({ name, state: 'open', refused: 1 });
    expect(stats?.keys).to.deep.equal({
      closed: 2,
      open: 1,
      'half-open': 0,
      isolated: 0,
      'forced-closed': 0,
    });
    expect(JSON.stringify(inspect())).not.to.contain('tenant');
    const each = inspect({ keys: true }).circuits.filter((one) => one.circuit === name);
    expect(each.map(({ key, refused }) => [key, refused])).to.have.deep.members([
      ['tenant-a', 0],
      ['tenant-b', 1],
      ['tenant-c', 0],
    ]);
    const handles = circuits().filter((one) => one.circuit === name);
    expect(handles.map(({ key }) => key)).to.have.members(['tenant-a', 'tenant-b', 'tenant-c']);
    expect(circuit(name).key).to.equal(undefined);
  });

  // In a process of its own: here, an exporter of another spec may measure.
  it('measures durations only while an exporter asks for them', async () => {
    const { stdout, stderr } = await runProgram(`
      import { configure, inspect, RetryOnTransient } from ${library('index.js')};
      import { measureDurations } from ${library('runtime/observers.js')};
      import { FakeClock } from ${library('testing/index.js')};
      const clock = new FakeClock(0);
      configure({ clock });
      const wait = RetryOnTransient()(async (ms) => new Promise((resolve) => clock.setTimer(resolve, ms)));
      const waitFor = async (ms) => {
        const waiting = wait(ms);
        await clock.advance(ms + 'ms');
        await waiting;
      };
      const { durations } = (await waitFor(30), inspect().methods[0]);
      console.log(durations === undefined);
      const stop = measureDurations();
      await waitFor(30);
      await waitFor(200_000);
      stop();
      await waitFor(30);
      console.log(JSON.stringify(inspect().methods[0].durations));
    `);
    expect(stderr).to.equal('');
    const [isUnmeasured, measured = ''] = stdout.split('\n');
    expect(isUnmeasured).to.equal('true');
    expect(JSON.parse(measured)).to.deep.equal([
      { outcome: 'success', counts: [0, 0, 1, ...Array<number>(11).fill(0), 1], sum: 200.03 },
      { outcome: 'failure', counts: Array<number>(15).fill(0), sum: 0 },
    ]);
  });

  it('lets an exporter watch calls and attempts, and survives what it throws', async () => {
    const seen: unknown[] = [];
    const stop = observeCalls({
      begin: (method) => ({
        within: (run) => run(),
        attempt: (number, isHedge) => ({
          ended: ({ errorType, durationMs }) => seen.push(['attempt', number, isHedge, errorType, durationMs]),
        }),
        ended: (end) => seen.push([method, end.outcome, end.attempts, end.durationMs]),
      }),
    });
    const stopBroken = observeCalls({
      begin: () => {
        throw new Error('broken');
      },
    });
    let isDown = true;
    const { name, body } = bodyOf(() => {
      if (isDown) throw unavailable();
      return 'answer';
    });
    const asking = RetryOnTransient({ minWait: '1s', jitter: 'none' })(body)();
    await turn();
    isDown = false;
    await world.clock.advance('1s');
    expect(await asking).to.equal('answer');
    stop();
    stopBroken();
    expect(seen).to.deep.equal([
      ['attempt', 1, false, 'server', 0],
      ['attempt', 2, false, undefined, 0],
      [name, 'success', 2, 1000],
    ]);
  });

  it('runs each call once in the context of an exporter, also if that throws before or after it', async () => {
    let runs = 0;
    const { body } = bodyOf(() => {
      runs += 1;
      return 'answer';
    });
    const within = [
      () => {
        throw new Error('before');
      },
      <T>(run: () => T): T => {
        run();
        throw new Error('after');
      },
    ];
    const undo = within.map((one) =>
      observeCalls({ begin: () => ({ within: one, attempt: () => ({ within: one }) }) }),
    );
    try {
      expect(await RetryOnTransient()(body)()).to.equal('answer');
      expect(runs).to.equal(1);
    } finally {
      for (const end of undo) end();
    }
  });

  it('is plain JSON, and frozen', () => {
    const all = inspect();
    expect(JSON.parse(JSON.stringify(all))).to.deep.equal(all);
    expect(Object.isFrozen(all) && Object.isFrozen(all.methods) && Object.isFrozen(all.circuits[0])).to.equal(true);
  });
});

import { expect } from 'chai';
import { Gauge, Registry } from 'prom-client';
import {
  circuit,
  CircuitProtected,
  ConcurrencyLimited,
  ConfigurationError,
  Hedged,
  inspect,
  MalformedResponseError,
  RetryOnTransient,
} from '#lib/index.js';
import { METRICS } from '#lib/metrics/table.js';
import { metricsText, register } from '#lib/prometheus/index.js';
import { rejectionOf, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('holdfast/prometheus', () => {
  const world = virtualTime();

  async function callOnce(name: string, ms = 0): Promise<void> {
    const ask = CircuitProtected({ circuit: name })(
      RetryOnTransient()(
        {
          [name]: async () => new Promise((resolve) => world.clock.setTimer(() => resolve('x'), ms)),
        }[name] as () => Promise<unknown>,
      ),
    );
    const asking = ask();
    await world.clock.advance(`${ms}ms`);
    await asking;
  }

  const linesOf = (text: string, name: string): string[] =>
    text.split('\n').filter((line) => line.includes(`"${name}"`));

  it('exports every metric of the table through a registry of prom-client', async () => {
    const registry = new Registry();
    const undo = register(registry);
    const name = uniqueName();
    await callOnce(name, 30);
    const text = await registry.metrics();
    for (const { prometheus, kind } of METRICS)
      expect(text).to.contain(`# TYPE ${prometheus} ${kind === 'counter' ? 'counter' : 'gauge'}\n`);
    const lines = linesOf(text, name);
    const of = `holdfast_method="${name}",holdfast_circuit_name="${name}"`;
    expect(lines).to.include.members([
      `holdfast_calls_total{${of},holdfast_outcome="success"} 1`,
      `holdfast_calls_total{${of},holdfast_outcome="failure",error_type="server"} 0`,
      `holdfast_attempts_total{${of}} 1`,
      `holdfast_circuit_state{holdfast_circuit_name="${name}",holdfast_circuit_state="closed"} 1`,
      `holdfast_call_duration_seconds_bucket{${of},holdfast_outcome="success",le="0.02"} 0`,
      `holdfast_call_duration_seconds_bucket{${of},holdfast_outcome="success",le="0.04"} 1`,
      `holdfast_call_duration_seconds_bucket{${of},holdfast_outcome="success",le="+Inf"} 1`,
      `holdfast_call_duration_seconds_count{${of},holdfast_outcome="success"} 1`,
    ]);
    undo();
    expect(await registry.metrics()).not.to.contain('holdfast');
  });

  it('writes the same without prom-client', async () => {
    const registry = new Registry();
    const undo = register(registry);
    const name = uniqueName();
    metricsText();
    await callOnce(name);
    expect(linesOf(metricsText(), name).sort()).to.deep.equal(linesOf(await registry.metrics(), name).sort());
    undo();
  });

  it('speaks OpenMetrics as well', async () => {
    const registry = new Registry();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const undo = register(registry);
    const name = uniqueName();
    await callOnce(name);
    const text = await registry.metrics();
    expect(text).to.contain('# TYPE holdfast_calls counter\n').and.to.contain('holdfast_calls_total{');
    expect(text).not.to.contain('_total_total');
    undo();
  });

  it('does not count twice when it is registered twice', async () => {
    const registry = new Registry();
    const undo = register(registry);
    expect(register(registry)).to.equal(undo);
    const text = await registry.metrics();
    expect(text.match(/# TYPE holdfast_calls_total/g)).to.have.lengthOf(1);
    undo();
    undo();
  });

  it('is registered again after the registry was cleared', async () => {
    const registry = new Registry();
    register(registry);
    registry.clear();
    const undo = register(registry);
    expect(await registry.metrics()).to.contain('holdfast_calls_total');
    undo();
    expect(await registry.metrics()).not.to.contain('holdfast');
  });

  it('registers all metrics or none', async () => {
    const registry = new Registry();
    const own = new Gauge({ name: 'holdfast_circuit_state', help: 'mine', registers: [registry] });
    own.set(1);
    expect(() => register(registry)).to.throw(/already been registered/);
    expect(await registry.metrics()).not.to.contain('holdfast_calls');
    expect(await registry.metrics()).to.contain('holdfast_circuit_state 1');
  });

  it("leaves the registry's default labels and its reset alone", async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ pod: 'a' });
    const undo = register(registry);
    const name = uniqueName();
    await callOnce(name);
    registry.resetMetrics();
    expect(linesOf(await registry.metrics(), name).find((line) => line.startsWith('holdfast_attempts_total'))).to.match(
      /pod="a".*} 1$/,
    );
    undo();
  });

  describe('has a ceiling of series', () => {
    const seriesOf = (registry: Registry, name: string): Promise<string[]> =>
      registry.metrics().then((text) => linesOf(text, name));

    it('for a method: 62 from the first call on, and what it may do beside that', async () => {
      const registry = new Registry();
      const undo = register(registry);
      const [name, circuitName] = [uniqueName(), uniqueName()];
      const errors: unknown[] = [];
      const ask = CircuitProtected({ circuit: circuitName, failureThreshold: 1000 })(
        RetryOnTransient({ retryOn: () => true, maxAttempts: 2, minWait: '1ms', maxWait: '1ms' })(
          Hedged({ after: '10s' })(
            ConcurrencyLimited({ limit: 5 })(
              {
                [name]: async () => {
                  const error = errors.shift();
                  if (error) throw error;
                },
              }[name] as () => Promise<void>,
            ),
          ),
        ),
      );
      await ask();
      expect(await seriesOf(registry, name)).to.have.lengthOf(62);
      const all: unknown[] = [
        ...[500, 429, 400].map((status) => ({ status })),
        ...[new TypeError('fetch failed'), new MalformedResponseError('no answer'), new RangeError('a bug')],
        ...[{ code: 'CERT_HAS_EXPIRED' }, { status: 429, code: 'insufficient_quota' }],
      ];
      for (const error of all) {
        errors.push(error);
        const asking = ask();
        await world.clock.advance('1s');
        await asking;
      }
      // A series more for each kind that was retried beyond the usual three.
      expect(await seriesOf(registry, name)).to.have.lengthOf(62 + 6);
      undo();
    });

    it('for a circuit: 20, and 22 with keys', async () => {
      const registry = new Registry();
      const undo = register(registry);
      for (const [keyed, most] of [
        [{}, 20],
        [{ key: () => 'one' }, 22],
      ] as const) {
        const name = uniqueName();
        const ask = CircuitProtected({
          ...{ circuit: name, failureRate: 0.5, window: '10s', failureThreshold: 1, recoveryTimeout: '1s', ...keyed },
        })(async (isDown: boolean) => {
          if (isDown) throw unavailable();
        });
        await rejectionOf(ask(true));
        await world.clock.advance('2s');
        await rejectionOf(ask(true));
        await world.clock.advance('5s');
        await ask(false);
        circuit(name).isolate();
        circuit(name).forceClosed();
        circuit(name).reset();
        await ask(false);
        const lines = await seriesOf(registry, name);
        const own = lines.filter((line) => !line.includes('holdfast_method'));
        expect(own.length, own.join('\n')).to.be.at.most(most);
        expect(own.length).to.be.at.least(18);
      }
      undo();
    });
  });

  it('measures nothing without durations', async () => {
    const registry = new Registry();
    const undo = register(registry, { durations: false });
    expect(await registry.metrics()).not.to.contain('duration');
    undo();
  });

  it('exports the buckets that it is asked for', async () => {
    const registry = new Registry();
    const undo = register(registry, { buckets: [10.24, 0.16] });
    const name = uniqueName();
    await callOnce(name, 300);
    const bounds = linesOf(await registry.metrics(), name).flatMap((line) =>
      line.includes('success') ? (/le="(.*)"} (\d)/.exec(line)?.slice(1) ?? []) : [],
    );
    expect(bounds).to.deep.equal(['0.16', '0', '10.24', '1', '+Inf', '1']);
    undo();
  });

  it('says what it expected', () => {
    expect(() => register({} as never)).to.throw(ConfigurationError, /expected a Registry of prom-client, got/);
    expect(() => register(new Registry(), { buckets: [0.5] })).to.throw(ConfigurationError, /expected some of 0\.01/);
    expect(() => register(new Registry(), { buckets: 3, durations: 1, colour: 'red' } as never))
      .to.throw(ConfigurationError)
      .with.property('problems')
      .that.has.lengthOf(3);
    expect(() => register(new Registry(), null as never)).to.throw(ConfigurationError, /an object of options/);
  });

  it('escapes what stands in a name', async () => {
    const name = `a"b\\c\n${uniqueName()}`;
    const ask = CircuitProtected({ circuit: name })(async () => Promise.reject(new Error('x')));
    await rejectionOf(ask());
    expect(metricsText()).to.contain(`holdfast_circuit_name="a\\"b\\\\c\\n`);
    expect(inspect().circuits.some(({ circuit }) => circuit === name)).to.equal(true);
  });
});

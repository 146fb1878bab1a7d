import { expect } from 'chai';
import { Registry } from 'prom-client';
import { CircuitProtected, ConfigurationError, inspect, RetryOnTransient } from '#lib/index.js';
import { METRICS } from '#lib/metrics/table.js';
import { metricsText, register } from '#lib/prometheus/index.js';
import { rejectionOf, uniqueName } from '../support/upstream.js';
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
  });

  it('escapes what stands in a name', async () => {
    const name = `a"b\\c\n${uniqueName()}`;
    const ask = CircuitProtected({ circuit: name })(async () => Promise.reject(new Error('x')));
    await rejectionOf(ask());
    expect(metricsText()).to.contain(`holdfast_circuit_name="a\\"b\\\\c\\n`);
    expect(inspect().circuits.some(({ circuit }) => circuit === name)).to.equal(true);
  });
});

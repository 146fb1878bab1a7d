import { expect } from 'chai';
import { Redis as IoRedis } from 'ioredis';
import { createClient } from 'redis';
import {
  circuit,
  CircuitOpenError,
  CircuitProtected,
  configure,
  inspect,
  onEvent,
  type ResilienceEvent,
} from '#lib/index.js';
import type { FleetRules } from '#lib/fleet/rules.js';
import { connectFleet, type Fleet, type FleetOptions } from '#lib/fleet/index.js';
import { metricsText } from '#lib/prometheus/index.js';
import { startFleetStore, type TestFleetStore } from '#lib/testing/index.js';
import { CLIENTS } from './support/clients.js';
import { pause, realMember, type RealMember, until } from './support/real-process.js';

const answers = (): boolean => true;
const fails = (): boolean => false;

class Down extends Error {
  readonly status = 503;
}

describe('decorated methods in a fleet', () => {
  let store: TestFleetStore;
  let fleet: Fleet | undefined;
  let others: RealMember[];
  let events: ResilienceEvent[];
  let ends: (() => void)[];
  let isDown: boolean;

  beforeEach(async () => {
    store = await startFleetStore();
    others = [];
    events = [];
    isDown = false;
    ends = [configure({ settings: { log: { level: 'silent' } } }), onEvent((event) => void events.push(event))];
    circuit('openai').reset();
    events.length = 0;
  });

  afterEach(async () => {
    store.resume();
    await fleet?.close();
    fleet = undefined;
    await Promise.all(others.map(({ membership }) => membership.close()));
    await store.close();
    circuit('openai').reset();
    for (const end of ends) end();
  });

  async function connect(options: FleetOptions = {}): Promise<Fleet> {
    fleet = await connectFleet(createClient({ url: store.url }), {
      name: 'checkout',
      sync: '1s',
      rampUp: '0s',
      timeout: '3s',
      ...options,
    });
    return fleet;
  }

  async function join(count: number, rules: Partial<FleetRules> = {}): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      const other = realMember(CLIENTS[i % CLIENTS.length]!.store(store.url), { rampUpMs: 0, ...rules });
      others.push(other);
      await other.membership.start();
      await other.circuit.call(answers);
    }
  }

  class Assistant {
    requests = 0;

    @CircuitProtected({ circuit: 'openai', recoveryTimeout: '300ms', probeInterval: '500ms' })
    async ask(question: string): Promise<string> {
      this.requests += 1;
      await Promise.resolve();
      if (isDown) throw new Down('the upstream is down');
      return `answer to ${question}`;
    }

    @CircuitProtected({ circuit: 'openai', recoveryTimeout: '300ms', probeInterval: '500ms' })
    async *stream(): AsyncGenerator<string> {
      this.requests += 1;
      await Promise.resolve();
      if (isDown) throw new Down('the upstream is down');
      yield 'one';
      yield 'two';
    }
  }

  const assistant = (): Assistant => new Assistant();
  const outcome = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      (value) => value,
      (error: unknown) => error,
    );
  const present = async (): Promise<number> =>
    (await fleet?.circuits())?.find(({ name }) => name === 'openai')?.present ?? 0;
  const othersTrip = async (): Promise<void> => {
    for (let i = 0; i < 5; i += 1) for (const other of others) await other.circuit.call(fails);
  };

  it('cost the store nothing while all is well', async () => {
    await connect({ sync: '1h' });
    await join(1, { syncMs: 3_600_000 });
    const one = assistant();
    await one.ask('x');
    await until(async () => (await present()) === 2);
    const before = store.commands;
    for (let i = 0; i < 10_000; i += 1) await one.ask('x');
    expect(store.commands - before).to.equal(0);
    expect(one.requests).to.equal(10_001);
  });

  it('open when the others do, and say that the fleet did', async () => {
    await connect({ trust: '0s' });
    await join(3);
    const one = assistant();
    await one.ask('x');
    await until(async () => (await present()) === 4);
    await othersTrip();
    await until(() => circuit('openai').state === 'open');
    const rejected = await outcome(one.ask('x'));
    expect(rejected).to.be.instanceOf(CircuitOpenError);
    expect((rejected as CircuitOpenError).retryAfterMs).to.be.within(1, 340);
    expect(one.requests).to.equal(1);
    const opened = events.find(({ type }) => type === 'circuit_opened');
    expect(opened).to.deep.include({
      circuit: 'openai',
      by: 'fleet',
      adopted: true,
      reason: 'quorum',
      votes: 3,
      members: 4,
    });
  });

  it('are shown by inspect and exported, with the fleet that they are in, as long as they are', async () => {
    await connect({ trust: '0s' });
    await join(3);
    await assistant().ask('x');
    await until(async () => (await present()) === 4);
    const text = (): string[] => metricsText().split('\n');
    const of = 'holdfast_fleet_name="checkout"';
    const ofCircuit = `${of},holdfast_circuit_name="openai"`;
    await until(() => text().includes(`holdfast_fleet_circuit_members{${ofCircuit}} 4`));
    const { circuits = [], ...shown } = inspect().fleet ?? {};
    expect(shown).to.deep.equal({
      ...{ fleet: 'checkout', store: 'connected', degradations: { timeout: 0, error: 0, late: 0 } },
    });
    expect(circuits.find((one) => one.circuit === 'openai')).to.deep.equal({
      ...{ circuit: 'openai', state: 'closed', members: 4, events: { alerted: 0, seconded: 0, restored: 0 } },
    });
    await othersTrip();
    await until(() => circuit('openai').state === 'open');
    expect(text()).to.include.members([
      `holdfast_fleet_degraded{${of}} 0`,
      `holdfast_fleet_degradations_total{${of},holdfast_reason="timeout"} 0`,
      `holdfast_fleet_circuit_state{${ofCircuit},holdfast_circuit_state="closed"} 0`,
      `holdfast_fleet_circuit_events_total{${ofCircuit},holdfast_event="alerted"} 0`,
    ]);
    const transition = 'holdfast_circuit_name="openai",holdfast_circuit_state="open",holdfast_reason="quorum"';
    expect(metricsText()).to.match(new RegExp(`holdfast_circuit_transitions_total{${transition}} [1-9]`));
    await fleet?.close();
    expect(inspect()).not.to.have.property('fleet');
    expect(metricsText()).not.to.contain('holdfast_fleet_name');
  });

  it('export that the store is degraded, and that it is not any more', async () => {
    await connect({ timeout: '50ms' });
    await assistant().ask('x');
    store.hang();
    await until(() => inspect().fleet?.store === 'degraded');
    expect(metricsText()).to.contain('holdfast_fleet_degraded{holdfast_fleet_name="checkout"} 1\n');
    expect(inspect().fleet?.degradations.timeout).to.equal(1);
    store.resume();
    await until(() => inspect().fleet?.store === 'connected');
    expect(metricsText()).to.contain('holdfast_fleet_degraded{holdfast_fleet_name="checkout"} 0\n');
  });

  it('go on while their own calls succeed, and say so', async () => {
    await connect();
    await join(3);
    const one = assistant();
    await one.ask('x');
    await until(async () => (await present()) === 4);
    await one.ask('x');
    await othersTrip();
    await until(() => events.some(({ type }) => type === 'fleet_alerted'));
    expect(await one.ask('y')).to.equal('answer to y');
    expect(circuit('openai').state).to.equal('closed');
    isDown = true;
    expect(await outcome(one.ask('z'))).to.be.instanceOf(Down);
    expect(circuit('openai').state).to.equal('open');
  });

  it('vote with the others, and close with the one whose probe succeeds', async () => {
    await connect();
    await join(2);
    const one = assistant();
    await one.ask('x');
    await until(async () => (await present()) === 3);
    isDown = true;
    for (let i = 0; i < 5; i += 1) {
      await outcome(one.ask('x'));
      await Promise.all(others.map((other) => other.circuit.call(fails)));
    }
    await until(() => others.every(({ membership }) => membership.memberOf('openai')?.record.state === 'open'));
    isDown = false;
    await until(async () => {
      await others[0]?.circuit.call(answers);
      await pause(10);
      return others[0]?.circuit.state === 'closed';
    });
    await until(() => circuit('openai').state === 'closed');
    expect(one.requests).to.equal(6);
  });

  for (const how of ['ask', 'stream'] as const)
    it(`ask the store for the probe, by ${how === 'ask' ? 'a promise' : 'a stream'}, and close all when it succeeds`, async () => {
      await connect({ trust: '0s' });
      await join(3);
      const one = assistant();
      await one.ask('x');
      await until(async () => (await present()) === 4);
      await othersTrip();
      await until(() => circuit('openai').state === 'open');
      const read = async (): Promise<unknown> => {
        const chunks: string[] = [];
        for await (const chunk of one.stream()) chunks.push(chunk);
        return chunks.join(' ');
      };
      const call = (): Promise<unknown> => outcome(how === 'ask' ? one.ask('y') : read());
      await until(() => circuit('openai').state === 'half-open');
      // Many at once: one is the probe.
      const seen = await Promise.all([1, 2, 3, 4, 5].map(call));
      expect(seen.filter((value) => value instanceof CircuitOpenError)).to.have.length(4);
      expect(seen).to.include(how === 'ask' ? 'answer to y' : 'one two');
      expect(one.requests).to.equal(2);
      await until(() => others.every(({ circuit }) => circuit.state === 'closed'));
      expect(circuit('openai').state).to.equal('closed');
    });

  it('open again with all when their probe fails, and the failure is the caller’s', async () => {
    await connect({ trust: '0s' });
    await join(3);
    const one = assistant();
    await one.ask('x');
    await until(async () => (await present()) === 4);
    await othersTrip();
    await until(() => circuit('openai').state === 'half-open');
    isDown = true;
    const before = others[0]?.membership.memberOf('openai')?.record.epoch ?? 0;
    expect(await outcome(one.ask('y'))).to.be.instanceOf(Down);
    await until(() => others.every(({ membership }) => (membership.memberOf('openai')?.record.epoch ?? 0) > before));
    expect(circuit('openai').state).to.equal('open');
  });

  it('probe by themselves when the store does not answer, after its timeout', async () => {
    await connect({ trust: '0s', timeout: '250ms' });
    await join(3);
    const one = assistant();
    await one.ask('x');
    await until(async () => (await present()) === 4);
    await othersTrip();
    await until(() => circuit('openai').state === 'half-open');
    store.hang();
    const timeout = pause(250).then(() => performance.now());
    expect(await one.ask('y')).to.equal('answer to y');
    expect(performance.now() - (await timeout)).to.be.within(-50, 150);
  });

  it('are isolated and reset with the whole fleet', async () => {
    const joined = await connect();
    await join(1);
    const one = assistant();
    await one.ask('x');
    await joined.isolate('openai', { reason: 'INC-7', for: '2h' });
    expect(circuit('openai').snapshot()).to.include({ state: 'isolated', reason: 'INC-7' });
    await until(() => others[0]?.circuit.state === 'isolated');
    expect(await outcome(one.ask('x'))).to.be.instanceOf(CircuitOpenError);
    const known = (await joined.circuits()).find(({ name }) => name === 'openai');
    expect(known).to.deep.include({ name: 'openai', state: 'isolated', why: 'INC-7' });
    await joined.reset('openai');
    expect(await one.ask('z')).to.equal('answer to z');
    await until(() => others[0]?.circuit.state === 'closed');
  });

  it('stay isolated by hand in this process, whatever the fleet does', async () => {
    const joined = await connect();
    await assistant().ask('x');
    circuit('openai').isolate('mine');
    await joined.reset('openai');
    expect(circuit('openai').state).to.equal('isolated');
  });

  it('share the retry budget and the gates of the fleet', async () => {
    await connect();
    await join(3);
    await assistant().ask('x');
    await until(async () => (await present()) === 4);
    const { gateNamed } = await import('#lib/runtime/gates.js');
    const { circuitNamed } = await import('#lib/runtime/circuits.js');
    await until(() => circuitNamed('openai').budget.take(Date.now()) && spent(circuitNamed('openai').budget) < 60);
    const gate = gateNamed('openai');
    const before = store.published;
    gate.closeFor(400, Date.now());
    await until(() => store.published > before);
    await others[0]?.membership.line.run('gate', 'openai', 'x', ['900', '60000']);
    await until(() => gate.retryAfterMs(Date.now()) > 600);
  });

  it('keep the gates of circuits to themselves that take no part', async () => {
    await connect();
    class Limited {
      @CircuitProtected({ circuit: 'by-address', fleet: 'off' })
      async ask(): Promise<void> {
        await Promise.resolve();
      }
    }
    await new Limited().ask();
    const { gateNamed } = await import('#lib/runtime/gates.js');
    const gate = gateNamed('by-address');
    const before = store.published;
    gate.closeFor(400, Date.now());
    await pause(50);
    expect(store.published).to.equal(before);
    const other = realMember(CLIENTS[0]!.store(store.url));
    others.push(other);
    await other.membership.start();
    await other.membership.line.run('gate', 'by-address', 'x', ['5000', '60000']);
    await pause(50);
    expect(gate.retryAfterMs(Date.now())).to.be.below(1000);
  });

  it('keep out of it when they have no name, and hide their keys when they have one', async () => {
    const joined = await connect();
    class Others {
      @CircuitProtected()
      async unnamed(): Promise<void> {
        await Promise.resolve();
      }

      @CircuitProtected({ circuit: 'tenants', key: (tenant: string) => tenant, fleet: 'on' })
      async keyed(_tenant: string): Promise<void> {
        await Promise.resolve();
      }

      @CircuitProtected({ circuit: 'private', fleet: 'off' })
      async off(): Promise<void> {
        await Promise.resolve();
      }
    }
    const one = new Others();
    await one.unnamed();
    await one.keyed('customer@example.com');
    await one.off();
    await until(async () => (await joined.circuits()).some(({ name }) => name.startsWith('tenants')));
    const names = (await joined.circuits()).map(({ name }) => name);
    expect(names.filter((name) => name.includes('private') || name.includes('unnamed'))).to.deep.equal([]);
    expect(names.find((name) => name.startsWith('tenants'))).to.match(/^tenants\[#[0-9a-f]{32}\]$/);
  });

  it('reject nobody in a fleet that they only watch', async () => {
    await connect({ mode: 'watch', trust: '0s' });
    await join(3);
    const one = assistant();
    await one.ask('x');
    await until(async () => (await present()) === 4);
    await othersTrip();
    await until(async () => (await fleet?.circuits())?.some(({ state }) => state !== 'closed') ?? false);
    expect(await one.ask('y')).to.equal('answer to y');
    expect(circuit('openai').state).to.equal('closed');
  });

  it('connect within the timeout when the store is down, act alone, and are members once it is there', async () => {
    const { port } = store;
    await store.close();
    const timeout = pause(250).then(() => performance.now());
    const joined = await connect({ timeout: '250ms' });
    expect(performance.now() - (await timeout)).to.be.below(350);
    expect(joined.store).to.equal('degraded');
    expect(events.filter(({ type }) => type === 'fleet_degraded')).to.have.length(1);
    expect(await assistant().ask('x')).to.equal('answer to x');
    store = await startFleetStore({ port });
    await until(() => joined.store === 'connected');
    await until(async () => (await joined.circuits().catch(() => [])).length > 0);
  });

  it('connect through a client that is closed, or that is subscribed', async () => {
    const closed = await createClient({ url: store.url }).connect();
    closed.destroy();
    const joined = await connectFleet(closed, { name: 'checkout' });
    expect(joined.store).to.equal('connected');
    await joined.close();
    const subscribed = new IoRedis(store.url);
    await subscribed.subscribe('news');
    fleet = await connectFleet(subscribed, { name: 'checkout' });
    expect(fleet.store).to.equal('connected');
    await fleet.isolate('openai');
    expect(circuit('openai').state).to.equal('isolated');
    subscribed.disconnect();
  });

  it('belong to one fleet at a time', async () => {
    await connect();
    await connectFleet(createClient({ url: store.url })).then(
      () => expect.fail('it was accepted'),
      (error: unknown) => expect(String(error)).to.include('it has joined "checkout". Close that first'),
    );
  });
});

/** How many tokens are left, taking all. */
function spent(budget: { take(now: number): boolean }): number {
  let taken = 0;
  while (budget.take(Date.now())) taken += 1;
  return taken;
}

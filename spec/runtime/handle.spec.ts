import { expect } from 'chai';
import { CircuitOpenError, CircuitProtected, ConfigurationError, circuit, circuits } from '#lib/index.js';
import { rejectionOf, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';
import { quickest } from '../support/quickest.js';

describe('The handle of a circuit', () => {
  const world = virtualTime();

  const failingBehind = (name: string) =>
    CircuitProtected({ circuit: name, failureThreshold: 2, recoveryTimeout: '10s' })(async function ask() {
      throw unavailable();
    });

  it('exists before the first call, and does not bring a circuit about by looking', () => {
    const name = uniqueName();
    const handle = circuit(name);
    expect(handle).to.include({ name, state: 'closed', isOpen: false, retryAfterMs: 0 });
    expect(handle.snapshot()).to.deep.equal({
      name,
      state: 'closed',
      epoch: 0,
      failures: 0,
      trips: 0,
      retryAfterMs: 0,
    });
    handle.reset();
    expect(circuits().map((one) => one.name)).not.to.include(name);
  });

  it('shows the state, and a snapshot that can be written as JSON', async () => {
    const name = uniqueName();
    const asking = failingBehind(name);
    const handle = circuit(name);
    await rejectionOf(asking());
    expect(handle.snapshot()).to.include({ state: 'closed', failures: 1 });
    await rejectionOf(asking());
    expect(JSON.parse(JSON.stringify(handle.snapshot()))).to.deep.equal({
      name,
      state: 'open',
      epoch: 1,
      failures: 0,
      trips: 1,
      retryAfterMs: 10_000,
    });
    await world.clock.advance('10s');
    expect(handle.snapshot()).to.include({ state: 'half-open', trips: 1, retryAfterMs: 0 });
    expect(world.heard('circuit_half_open')).to.have.lengthOf(0);
  });

  it('isolates a circuit until it is reset', async () => {
    const name = uniqueName();
    const asking = CircuitProtected(name)(async () => 'answer');
    const handle = circuit(name);
    handle.isolate('maintenance');
    handle.isolate('again');
    expect(handle).to.include({ state: 'isolated', isOpen: true, retryAfterMs: Number.POSITIVE_INFINITY });
    expect(handle.snapshot()).to.include({ retryAfterMs: null, reason: 'again' });
    const refusal = (await rejectionOf(asking())) as CircuitOpenError;
    expect(refusal).to.be.instanceOf(CircuitOpenError).and.to.have.property('retryAfterMs', Number.POSITIVE_INFINITY);
    await world.clock.advance('365d');
    expect(handle.state).to.equal('isolated');
    handle.reset();
    expect(await asking()).to.equal('answer');
    expect(world.events.map(({ type }) => type)).to.deep.equal(['circuit_opened', 'circuit_refused', 'circuit_closed']);
  });

  it('isolates before the first call, also the circuit of a method and those of keys', async () => {
    class Early {
      @CircuitProtected()
      async ask(): Promise<string> {
        return 'answer';
      }
    }
    const name = uniqueName();
    const keyed = CircuitProtected({ circuit: name, key: (key: string) => key })(async (_key: string) => 'answer');
    const [early, all, one] = [circuit('Early.ask'), circuit(name), circuit(`${name}[b]`)];
    for (const handle of [early, all]) {
      handle.isolate('not yet');
      expect(handle.snapshot()).to.include({ state: 'isolated', reason: 'not yet' });
    }
    expect(await rejectionOf(new Early().ask())).to.be.instanceOf(CircuitOpenError);
    expect(await rejectionOf(keyed('a'))).to.be.instanceOf(CircuitOpenError);
    early.reset();
    all.reset();
    expect([await new Early().ask(), await keyed('a')]).to.deep.equal(['answer', 'answer']);
    one.isolate();
    expect(await keyed('a')).to.equal('answer');
    expect(await rejectionOf(keyed('b'))).to.be.instanceOf(CircuitOpenError);
    expect(all.state).to.equal('isolated');
    all.reset();
    expect(await keyed('b')).to.equal('answer');
    expect(circuits().filter((handle) => handle.name === 'Early.ask')).to.have.lengthOf(1);
  });

  it('follows the last command, also if an earlier one was for a key that has not been used yet', async () => {
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name, key: (key: string) => key })(async (_key: string) => 'answer');
    const [all, one] = [circuit(name), circuit(`${name}[a]`)];
    one.isolate();
    all.reset();
    expect(one.state).to.equal('closed');
    expect(await ask('a')).to.equal('answer');
    const later = circuit(`${name}[b]`);
    later.isolate();
    all.forceClosed();
    expect(await ask('b')).to.equal('answer');
    expect(later.state).to.equal('forced-closed');
  });

  it('resets one key while all others stay isolated, used before or not', async () => {
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name, key: (key: string) => key })(async (_key: string) => 'answer');
    const [all, used, unused] = [circuit(name), circuit(`${name}[used]`), circuit(`${name}[unused]`)];
    await ask('used');
    all.isolate();
    const before = world.events.length;
    for (const one of [used, unused, used, unused]) one.reset();
    expect(world.events).to.have.lengthOf(before + 2);
    expect([used.state, unused.state, circuit(`${name}[other]`).state]).to.deep.equal(['closed', 'closed', 'isolated']);
    expect([await ask('used'), await ask('unused')]).to.deep.equal(['answer', 'answer']);
    expect(await rejectionOf(ask('other'))).to.be.instanceOf(CircuitOpenError);
    unused.isolate();
    expect(await rejectionOf(ask('unused'))).to.be.instanceOf(CircuitOpenError);
    unused.reset();
    all.isolate();
    for (const key of ['used', 'unused']) expect(await rejectionOf(ask(key))).to.be.instanceOf(CircuitOpenError);
    all.reset();
    for (const key of ['used', 'unused', 'other']) expect(await ask(key)).to.equal('answer');
    expect(circuit(`${name}[later]`).state).to.equal('closed');
  });

  it('never tells the key of a circuit that is moved by hand', async () => {
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name, key: (key: string) => key })(async (_key: string) => 'answer');
    await ask('secret used');
    for (const key of ['secret used', 'secret unused']) {
      circuit(`${name}[${key}]`).isolate();
      circuit(`${name}[${key}]`).reset();
    }
    expect(world.events).to.have.lengthOf(4);
    expect(JSON.stringify(world.events)).to.contain(name).and.not.to.contain('secret');
  });

  it('shows thousands of keyed circuits without looking each of them up', async () => {
    const name = uniqueName();
    const ask = CircuitProtected({ circuit: name, key: (key: string) => key })(async (_key: string) => 'answer');
    for (let i = 0; i < 5000; i++) await ask(`key ${i}`);
    const ms = quickest(() => expect(circuits().map((handle) => handle.snapshot()).length).to.be.at.least(5000));
    // A look-up for each took over two seconds.
    expect(ms).to.be.below(1000);
  });

  it('forgets the failures when it is reset', async () => {
    const name = uniqueName();
    const asking = failingBehind(name);
    await rejectionOf(asking());
    circuit(name).reset();
    expect(circuit(name).snapshot().failures).to.equal(0);
  });

  it('finds the circuit of a method by Class.method', async () => {
    class HandledService {
      @CircuitProtected({ failureThreshold: 1 })
      async ask(): Promise<void> {
        throw unavailable();
      }
    }
    await rejectionOf(new HandledService().ask());
    expect(circuit('HandledService.ask').state).to.equal('open');
    expect(circuits().map(({ name, state }) => `${name} ${state}`)).to.include('HandledService.ask open');
  });

  it('is that of a circuit whose name ends in brackets, under its own name everywhere', async () => {
    const name = `${uniqueName()}[eu]`;
    let calls = 0;
    const ask = CircuitProtected({ circuit: name, failureThreshold: 1 })(async function ask(): Promise<string> {
      calls += 1;
      throw unavailable();
    });
    await rejectionOf(ask());
    expect(circuit(name)).to.include({ state: 'open', isOpen: true });
    expect(circuits().some((handle) => handle.name === name && handle.isOpen)).to.equal(true);
    expect(world.heard('circuit_opened')[0]).to.include({ circuit: name });
    circuit(name).reset();
    circuit(name).isolate();
    expect(await rejectionOf(ask())).to.have.property('circuit', name);
    expect(calls).to.equal(1);
  });

  it('is refused for what is no name', () => {
    for (const wrong of [undefined, 5, ' '])
      expect(() => circuit(wrong as string)).to.throw(ConfigurationError, /^circuit: expected a name, got /);
  });
});

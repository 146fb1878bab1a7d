import { expect } from 'chai';
import { createClient } from 'redis';
import { circuit, CircuitProtected, configure, onEvent, type ResilienceEvent } from '#lib/index.js';
import { dashboard } from '#lib/dashboard/index.js';
import type { State } from '#lib/dashboard/state.js';
import { connectFleet, type Fleet } from '#lib/fleet/index.js';
import { joinedFleet } from '#lib/runtime/fleets.js';
import { startFleetStore, type TestFleetStore } from '#lib/testing/index.js';
import { CLIENTS } from './support/clients.js';
import { realMember, type RealMember, until } from './support/real-process.js';

const BASE = 'http://localhost:8080';
const TOKEN = 'a-token-of-a-spec';

describe('The dashboard in a fleet', () => {
  let store: TestFleetStore;
  let fleet: Fleet;
  let other: RealMember;
  let events: ResilienceEvent[];
  let ends: (() => void)[];
  const handler = dashboard({ token: TOKEN, control: true });
  const ask = CircuitProtected({ circuit: 'openai' })(async () => 'x');

  beforeEach(async () => {
    store = await startFleetStore();
    events = [];
    ends = [configure({ settings: { log: { level: 'silent' } } }), onEvent((event) => void events.push(event))];
    fleet = await connectFleet(createClient({ url: store.url }), { name: 'checkout', rampUp: '0s', sync: '1s' });
    await ask();
    other = realMember(CLIENTS[0]!.store(store.url), { rampUpMs: 0 });
    await other.membership.start();
    await other.circuit.call(() => true);
    await until(async () => (await fleetNow())?.circuits?.find(({ name }) => name === 'openai')?.present === 2);
    events.length = 0;
  });

  afterEach(async () => {
    store.resume();
    await fleet.close();
    await other.membership.close();
    await store.close();
    circuit('openai').reset();
    for (const end of ends) end();
  });

  const request = (path: string, init: RequestInit = {}): Request =>
    new Request(`${BASE}${path}`, { ...init, headers: { authorization: `Bearer ${TOKEN}`, origin: BASE } });
  const move = (name: string, what: string, body: object = {}): Promise<Response> =>
    handler(request(`/api/circuits/${name}/${what}`, { method: 'POST', body: JSON.stringify(body) }));

  async function fleetNow(): Promise<State['fleet']> {
    const response = await handler(request('/api/inspect'));
    return ((await response.json()) as State).fleet;
  }

  it('shows the circuits of the fleet, its members and their votes', async () => {
    const seen = await fleetNow();
    expect(seen).to.deep.include({ name: 'checkout', store: 'connected' });
    expect(seen?.circuits?.find(({ name }) => name === 'openai')).to.include({ state: 'closed', present: 2, votes: 0 });
    for (let i = 0; i < 5; i++) await other.circuit.call(() => false);
    await until(async () => (await fleetNow())?.circuits?.[0]?.votes === 1);
  });

  it('tells them in its stream', async () => {
    const { body } = await handler(request('/api/events'));
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    while (!text.includes('"fleet":{"name":"checkout"')) text += new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
  });

  it('isolates and resets a circuit in every process', async () => {
    const isolated = await move('openai', 'isolate', { reason: 'INC-7' });
    expect(await isolated.json()).to.deep.equal({ circuit: 'openai', state: 'isolated', fleet: 'checkout' });
    expect(circuit('openai').snapshot()).to.include({ state: 'isolated', reason: 'INC-7' });
    await until(() => other.circuit.state === 'isolated');
    expect((await fleetNow())?.circuits?.[0]).to.include({ state: 'isolated', why: 'INC-7' });
    expect((await move('openai', 'reset')).status).to.equal(200);
    expect(circuit('openai').state).to.equal('closed');
    await until(() => other.circuit.state === 'closed');
    const byHand = events.filter((event) => 'by' in event && event.by === 'dashboard');
    expect(byHand).to.deep.equal([
      { type: 'circuit_opened', circuit: 'openai', state: 'isolated', by: 'dashboard' },
      { type: 'circuit_closed', circuit: 'openai', state: 'closed', by: 'dashboard' },
    ]);
  });

  it('moves the circuit of this process alone if it is asked to', async () => {
    await move('openai', 'isolate', { scope: 'process', reason: 'mine' });
    expect(circuit('openai').state).to.equal('isolated');
    expect((await fleetNow())?.circuits?.[0]).to.include({ state: 'closed' });
    // A reset of the whole fleet resets what was isolated here, too.
    await move('openai', 'reset');
    expect(circuit('openai').state).to.equal('closed');
  });

  it('moves a circuit of the fleet that this process does not use, and none that nobody has', async () => {
    await fleet.isolate('elsewhere');
    expect((await move('elsewhere', 'reset')).status).to.equal(200);
    expect((await fleetNow())?.circuits?.find(({ name }) => name === 'elsewhere')?.state).to.equal('closed');
    expect((await move('nobody-has-it', 'isolate')).status).to.equal(404);
  });

  it('moves nothing and says so while the store does not answer', async () => {
    store.hang();
    const { status } = await move('openai', 'isolate');
    expect(status).to.equal(503);
    expect(circuit('openai').state).to.equal('closed');
    expect(await fleetNow()).to.deep.equal({ name: 'checkout', store: 'degraded' });
    expect((await move('openai', 'isolate', { scope: 'process' })).status).to.equal(200);
    expect(circuit('openai').state).to.equal('isolated');
  });

  it('is in no fleet once the process has left it', async () => {
    await fleet.close();
    expect(joinedFleet()).to.equal(undefined);
    expect(await fleetNow()).to.equal(undefined);
    expect((await move('openai', 'isolate')).status).to.equal(200);
  });
});

import { expect } from 'chai';
import { createClient } from 'redis';
import { connectFleet, type Fleet, type FleetOptions } from '#lib/fleet/index.js';
import type { StepResult } from '#lib/fleet/protocol/step.js';
import { FleetMemory } from '#lib/fleet/store/memory.js';
import { configure, onEvent, RateLimited, RateLimitedError, type ResilienceEvent } from '#lib/index.js';
import { startStoreWith } from '#lib/testing/fleet-store/fleet-store.js';
import type { TestFleetStore } from '#lib/testing/index.js';
import { CLIENTS } from './support/clients.js';
import { realMember, type RealMember, until } from './support/real-process.js';

/** Writes down everything that a store gets. */
class Recording extends FleetMemory {
  text = '';

  override run(keys: readonly string[], args: readonly string[], now: number): StepResult {
    const result = super.run(keys, args, now);
    this.text += [...keys, ...args, ...result.messages].join(' ');
    return result;
  }
}

class Limited {
  @RateLimited({ limit: 1, per: '1m', limiter: 'shared', key: (key: string) => key })
  async shared(_key: string): Promise<void> {
    await Promise.resolve();
  }

  @RateLimited({ limit: 1, per: '1m', limiter: 'private', fleet: 'off' })
  async private(): Promise<void> {
    await Promise.resolve();
  }

  @RateLimited({ limit: 1, per: '1m', limiter: 'counted {only} ✓', fleet: 'watch' })
  async counted(): Promise<void> {
    await Promise.resolve();
  }

  @RateLimited({ limit: 1, per: '1m' })
  async unnamed(): Promise<void> {
    await Promise.resolve();
  }

  @RateLimited({ limit: 1_000_000, per: '1s', burst: 1000, fleet: 'on' })
  @RateLimited({ limit: 1, per: '2m', fleet: 'on' })
  async stacked(): Promise<void> {
    await Promise.resolve();
  }
}

describe('methods with a limit, in a fleet', () => {
  let recording: Recording;
  let store: TestFleetStore;
  let fleet: Fleet | undefined;
  let other: RealMember;
  let events: ResilienceEvent[];
  let ends: (() => void)[];
  let keys = 0;

  const limited = new Limited();

  beforeEach(async () => {
    recording = new Recording();
    store = await startStoreWith(recording);
    events = [];
    ends = [configure({ settings: { log: { level: 'silent' } } }), onEvent((event) => void events.push(event))];
    other = realMember(CLIENTS[0]!.store(store.url));
    await other.membership.start();
  });

  afterEach(async () => {
    await fleet?.close();
    fleet = undefined;
    await other.membership.close();
    await store.close();
    for (const end of ends) end();
  });

  async function connect(options: FleetOptions = {}): Promise<void> {
    const client = createClient({ url: store.url });
    fleet = await connectFleet(client, { name: 'checkout', sync: '1s', timeout: '3s', ...options });
  }

  /** Three other members count themselves in; resolves when this process knows. */
  async function three(limiter: string): Promise<void> {
    for (const member of ['a', 'b', 'c'])
      await other.membership.line.run('share', `~${limiter}`, 'x', [member, 'in', '60000']);
    await until(() => events.some((event) => event.type === 'fleet_shared' && event.members === 4));
  }

  const refusal = async (call: () => Promise<void>): Promise<number> => {
    try {
      await call();
      return 0;
    } catch (error) {
      expect(error).to.be.instanceOf(RateLimitedError);
      return Math.ceil((error as RateLimitedError).retryAfterMs / 10_000) * 10_000;
    }
  };
  /** How long the second call of a key has to wait, in tens of seconds rounded up. */
  const waitOf = async (call: (key: string) => Promise<void>): Promise<number> => {
    keys += 1;
    const key = `customer${keys}@example.com`;
    expect(await refusal(() => call(key))).to.equal(0);
    return refusal(() => call(key));
  };

  it('divide it by the members that are present, key by key, and have all of it again when they have left', async () => {
    expect(await waitOf((key) => limited.shared(key))).to.equal(60_000);
    await connect();
    await three('shared');
    expect(events.find(({ type }) => type === 'fleet_shared')).to.include({ limiter: 'shared' });
    expect(await waitOf((key) => limited.shared(key))).to.equal(240_000);
    await fleet?.close();
    expect(await waitOf((key) => limited.shared(key))).to.equal(60_000);
  });

  it('ask the store for no call, and tell it neither keys nor limiters that take no part', async () => {
    await connect({ sync: '1h' });
    await limited.shared('customer@example.com');
    await three('shared');
    const before = store.commands;
    for (let i = 0; i < 10_000; i += 1) await refusal(() => limited.shared('customer@example.com'));
    expect(store.commands - before).to.equal(0);
    await refusal(() => limited.private());
    await refusal(() => limited.unnamed());
    await limited.shared('another@example.com');
    for (const hidden of ['example.com', 'private', 'unnamed']) expect(recording.text).not.to.include(hidden);
    expect(recording.text).to.include('holdfast:1:checkout:{~shared}');
  });

  it('divide all limits of a method, also those without a name, if they are told to', async () => {
    await connect();
    expect(await waitOf(() => limited.stacked())).to.equal(120_000);
    await three('Limited.stacked');
    expect(await refusal(() => limited.stacked())).to.equal(480_000);
  });

  it('keep the whole limit where it is only counted, for one limiter or for the process', async () => {
    await connect();
    expect(await refusal(() => limited.counted())).to.equal(0);
    await three('counted%20%7Bonly%7D%20%E2%9C%93');
    expect(await refusal(() => limited.counted())).to.equal(60_000);
    await fleet?.close();
    events.length = 0;
    await connect({ mode: 'watch' });
    await three('shared');
    expect(await waitOf((key) => limited.shared(key))).to.equal(60_000);
  });

  it('count in no fleet that is switched off', async () => {
    await connect({ mode: 'off' });
    await limited.shared('x');
    expect(recording.text).not.to.include('~shared');
  });
});

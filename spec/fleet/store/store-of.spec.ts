import { expect } from 'chai';
import { type FleetSettings, resolveRules } from '#lib/fleet/options.js';
import { loadSettings } from '#lib/settings/load.js';
import type { FleetClient } from '#lib/fleet/store/store-of.js';
import { storeOf } from '#lib/fleet/store/store-of.js';
import { problemsOf } from '../../support/problems.js';
import { CLIENTS } from '../support/clients.js';

describe('connectFleet', () => {
  for (const { name, client } of CLIENTS)
    it(`knows a client of ${name} by its shape, and connects it not`, async () => {
      const store = storeOf(client('redis://127.0.0.1:1') as FleetClient);
      expect(store.subscribe).to.be.a('function');
      await store.close();
    });

  it('takes a store as it is', () => {
    const store = { run: () => Promise.resolve([]), close: () => Promise.resolve() };
    expect(storeOf(store)).to.equal(store);
  });

  for (const [got, value] of [
    ['null', null],
    ['undefined', undefined],
    ['string', 'redis://user:hunter2@localhost'],
    ['an array', []],
    ['object', { get() {}, set() {} }],
  ] as const) {
    it(`says what it expects when it is given ${got === 'object' ? 'another client' : got}`, () => {
      expect(problemsOf(() => storeOf(value as never))).to.deep.equal([
        `connectFleet: expected a client of redis (5 or later), ioredis or iovalkey, or a FleetStore with run() and close(), got ${got}`,
      ]);
    });
  }

  it('takes options before settings, and settings before the defaults', () => {
    const settings = (): FleetSettings =>
      loadSettings({ env: { FLEET_QUORUM: '0.8', FLEET_NAME: 'shop', FLEET_SYNC: '20', FLEET_MODE: '' } }).fleet;
    expect(resolveRules({ quorum: 0.7 }, settings, true)).to.deep.equal({
      fleet: 'shop',
      mode: 'on',
      quorum: 0.7,
      timeoutMs: 250,
      syncMs: 20_000,
      presenceMs: 50_000,
      trustMs: 5000,
      rampUpMs: 10_000,
      maxGateMs: 60_000,
    });
    const defaults = (): FleetSettings => loadSettings({ env: {} }).fleet;
    expect(resolveRules({}, defaults, false).syncMs, 'without messages').to.equal(10_000);
    expect(resolveRules({}, defaults, true).syncMs).to.equal(30_000);
  });

  it('lists every problem of the options at once, and those of the settings as well', () => {
    const options = { quorum: 2, timeout: '1 fortnight', nmae: 'x', name: 'x'.repeat(101) };
    const problems = problemsOf(() => resolveRules(options as never, () => expect.fail('they were asked'), true));
    expect(problems).to.have.length(4);
    expect(problems.join('\n')).to.match(/connectFleet\.quorum: expected a share above 0 and at most 1, such as 0.5/);
    expect(problems.join('\n')).to.match(/nmae: unknown key; did you mean "name"\?/);
    expect(problemsOf(() => loadSettings({ env: { FLEET_MODE: 'maybe' } })).join()).to.match(
      /FLEET_MODE\): expected one of "off", "watch", "on"/,
    );
  });
});

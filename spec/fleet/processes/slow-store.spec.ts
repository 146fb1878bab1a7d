import { expect } from 'chai';
import { Upstream } from '#drill/fleet/upstream.js';
import { startFleetStore, type TestFleetStore } from '#lib/testing/index.js';
import { IS_LONG } from '../support/long.js';
import { Processes } from '../support/processes.js';
import { pause } from '../support/real-process.js';

const FLEET = { name: 'processes', sync: '500ms', trust: '200ms', rampUp: '0s' } as const;
const CIRCUIT = { recoveryTimeout: '600ms', probeInterval: '800ms' } as const;
const MEMBERS = 4;
const EVERY_MS = 20;

if (IS_LONG)
  describe('real processes of a fleet, and a store that is slow', function () {
    this.timeout(60_000);
    let store: TestFleetStore;
    let upstream: Upstream;
    let members: Processes;

    beforeEach(async () => {
      store = await startFleetStore();
      upstream = new Upstream();
      const url = await upstream.start();
      members = new Processes({ url: store.url, upstream: url, everyMs: EVERY_MS, fleet: FLEET, circuit: CIRCUIT });
      await members.start(MEMBERS);
      await pause(700);
    });

    afterEach(async () => {
      members.killAll();
      upstream.close();
      await store.close();
    });

    for (const [ms, degraded] of [
      [100, 0],
      [500, MEMBERS],
    ] as const)
      it(`${degraded > 0 ? 'act alone' : 'act as one'} when it answers after ${ms} ms, and no call waits for it longer than the timeout`, async () => {
        store.slow(ms);
        await pause(2500);
        const before = await members.seen();
        expect(before.reduce((sum, { rejected, failed }) => sum + rejected + failed, 0)).to.equal(0);
        expect(before.reduce((sum, { events }) => sum + (events['fleet_degraded'] ?? 0), 0)).to.equal(degraded);
        upstream.isDown = true;
        await members.all('open');
        upstream.isDown = false;
        await members.all('closed');
        const after = await members.seen();
        // The timeout is 250 ms; the rest is a busy machine.
        expect(Math.max(...after.map(({ longestCallMs }) => longestCallMs))).to.be.below(700);
      });
  });

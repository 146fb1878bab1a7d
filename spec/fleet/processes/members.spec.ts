import { expect } from 'chai';
import { Upstream } from '#drill/fleet/upstream.js';
import { startFleetStore, type TestFleetStore } from '#lib/testing/index.js';
import { type Cluster3, startCluster } from '../support/cluster.js';
import { inLongRun, IS_LONG } from '../support/long.js';
import { Processes, type Seen } from '../support/processes.js';
import { pause, until } from '../support/real-process.js';
import { binaries } from '../support/servers.js';

const MANY = IS_LONG ? 50 : 6;
/** Fifty busy processes on a small machine stand still for seconds: they must not count as gone meanwhile. */
const SYNC_MS = IS_LONG ? 4000 : 500;
const FLEET = { name: 'processes', sync: `${SYNC_MS}ms`, trust: '200ms', rampUp: '0s', timeout: '2s' } as const;
const SPENDING_MS = IS_LONG ? 5000 : 1500;
const CIRCUIT = { recoveryTimeout: '1s', probeInterval: '1s' } as const;

describe('real processes of a fleet that grows and shrinks', function () {
  this.timeout(180_000);
  let store: TestFleetStore;
  let upstream: Upstream;
  let url: string;
  let members: Processes;

  beforeEach(async () => {
    store = await startFleetStore();
    upstream = new Upstream();
    url = await upstream.start();
  });

  afterEach(async () => {
    members.killAll();
    upstream.close();
    await store.close();
  });

  describe('and have a limit together', () => {
    const LIMIT = 200;
    const PER_MS = 1000;
    const BURST = 20;
    const limiter = { limit: LIMIT, per: '1s', burst: BURST } as const;

    /** What every process spends in so many milliseconds; they ask for many more units than there are. */
    async function spent(ms: number): Promise<number[]> {
      await members.seen();
      await pause(ms);
      return (await members.seen()).flatMap(({ passedAt }) => passedAt).sort((one, other) => one - other);
    }

    /** The most that any time of `per` saw. */
    function busiest(at: readonly number[]): number {
      let first = 0;
      return at.reduce((most, now, last) => {
        while ((at[first] as number) <= now - PER_MS) first += 1;
        return Math.max(most, last - first + 1);
      }, 0);
    }

    /** Every process knows of that many, but for an eighth. */
    async function shared(count: number): Promise<void> {
      const known = async (): Promise<Seen[]> => members.seen();
      await until(async () => {
        const before = await known();
        await pause(2.5 * SYNC_MS);
        return before.length === count && (await known()).every(({ events }) => !events['fleet_shared']);
      });
    }

    it(`keep it with 2 members, with ${MANY}, and with 2 again`, async () => {
      members = new Processes({ url: store.url, upstream: url, everyMs: IS_LONG ? 50 : 4, fleet: FLEET, limiter });
      await members.start(2, { everyMs: 4 });
      for (const count of [2, MANY, 2]) {
        if (count > 2) await members.start(count - 2);
        else await members.stop(count);
        await shared(count);
        const at = await spent(SPENDING_MS);
        expect(busiest(at), `${count} members`).to.be.at.most(1.125 * LIMIT + BURST + count);
        expect((at.length * 1000) / SPENDING_MS, `${count} members together`).to.be.at.least(
          IS_LONG ? 0.5 * LIMIT : 0.7 * LIMIT,
        );
      }
      await members.stop();
    });

    inLongRun(
      'leave the share of one that was killed unused while it counts as present, and take it then',
      async () => {
        members = new Processes({ url: store.url, upstream: url, everyMs: 4, fleet: FLEET, limiter });
        await members.start(2);
        await shared(2);
        await members.kill();
        expect((await spent(1000)).length).to.be.at.most(0.5 * LIMIT + BURST + 5);
        await until(async () => (await spent(1000)).length > 0.7 * LIMIT);
        await members.stop();
      },
    );
  });

  inLongRun(`open and close with those that are there: 2, ${MANY}, and 2 again`, async () => {
    members = new Processes({ url: store.url, upstream: url, everyMs: 100, fleet: FLEET, circuit: CIRCUIT });
    await members.start(2);
    for (const count of [2, MANY, 2]) {
      if (count > 2) await members.start(count - 2);
      else await members.stop(count);
      await pause(3000);
      upstream.isDown = true;
      await members.all('open');
      upstream.isDown = false;
      await members.all('closed');
    }
    await members.stop();
  });
});

if (IS_LONG)
  for (const path of binaries)
    describe(`real processes of a fleet, and a cluster of three ${path.split('/').at(-1)}`, function () {
      this.timeout(60_000);
      let cluster: Cluster3;
      let upstream: Upstream;
      let members: Processes;

      beforeEach(async () => {
        cluster = await startCluster(path);
        upstream = new Upstream();
        const url = await upstream.start();
        members = new Processes({
          url: cluster.servers[0]!.url,
          upstream: url,
          everyMs: 50,
          fleet: FLEET,
          circuit: CIRCUIT,
        });
      });

      afterEach(async () => {
        members.killAll();
        upstream.close();
        await cluster.close();
      });

      it('open together, and close with one probe, through both libraries', async () => {
        await members.start(2, { library: 'redis cluster' });
        await members.start(2, { library: 'ioredis cluster' });
        await pause(1500);
        expect((await members.seen()).map(({ events }) => events['fleet_degraded'] ?? 0)).to.deep.equal([0, 0, 0, 0]);
        upstream.isDown = true;
        await members.all('open');
        upstream.isDown = false;
        const { failed } = await members.all('closed');
        expect(failed).to.equal(0);
        await members.stop();
      });
    });

import { expect } from 'chai';
import { Upstream } from '#drill/fleet/upstream.js';
import { inLongRun, IS_LONG } from '../support/long.js';
import { type ChildOptions, Processes, type Seen } from '../support/processes.js';
import { pause, until } from '../support/real-process.js';
import { REAL_SERVERS, type Server, SERVERS } from '../support/servers.js';

const FLEET = { name: 'processes', sync: '500ms', trust: '200ms', rampUp: '0s' } as const;
const CIRCUIT = { recoveryTimeout: '600ms', probeInterval: '800ms' } as const;
const MEMBERS = 4;
const EVERY_MS = 20;
const HANG_MS = IS_LONG ? 10_000 : 2500;

const sumOf = (seen: readonly Seen[], what: 'answered' | 'failed' | 'rejected'): number =>
  seen.reduce((sum, one) => sum + one[what], 0);

/** Real servers where there are any: they are stopped with SIGSTOP, and killed with SIGKILL. */
const kinds = [...REAL_SERVERS, ...SERVERS.slice(0, 1)].slice(0, Math.max(1, IS_LONG ? REAL_SERVERS.length : 0));

for (const kind of kinds)
  describe(`real processes of a fleet, and ${kind.name}`, function () {
    this.timeout(60_000);
    let server: Server;
    let upstream: Upstream;
    let url: string;
    let members: Processes;
    const others: Processes[] = [];

    beforeEach(async () => {
      server = await kind.start();
      upstream = new Upstream();
      url = await upstream.start();
      members = fleetOf(server.url);
    });

    afterEach(async () => {
      server.resume();
      for (const group of [members, ...others.splice(0)]) group.killAll();
      upstream.close();
      await server.close();
    });

    function fleetOf(store: string, options: Partial<ChildOptions> = {}): Processes {
      return new Processes({
        url: store,
        upstream: url,
        everyMs: EVERY_MS,
        fleet: FLEET,
        circuit: CIRCUIT,
        ...options,
      });
    }

    function more(store: string, options: Partial<ChildOptions> = {}): Processes {
      const group = fleetOf(store, options);
      others.push(group);
      return group;
    }

    /** So many processes that have been counted in, and have had answers. */
    async function started(count = MEMBERS, options: Partial<ChildOptions> = {}): Promise<void> {
      await members.start(count, options);
      await pause(700);
      await members.seen();
    }

    async function opened(): Promise<void> {
      upstream.isDown = true;
      await members.all('open');
    }

    inLongRun('go on while the store is stopped and all is well, and say so once', async () => {
      await started();
      server.hang();
      await pause(HANG_MS);
      const during = await members.seen();
      expect([sumOf(during, 'failed'), sumOf(during, 'rejected')]).to.deep.equal([0, 0]);
      expect(sumOf(during, 'answered')).to.be.above((0.5 * MEMBERS * HANG_MS) / EVERY_MS);
      expect(during.map(({ events }) => events['fleet_degraded'])).to.deep.equal(new Array(MEMBERS).fill(1));
      server.resume();
      const recovered = new Array<number>(MEMBERS).fill(0);
      await until(async () => {
        (await members.seen()).forEach(({ events, state }, i) => {
          recovered[i] = (recovered[i] ?? 0) + (events['fleet_recovered'] ?? 0);
          expect(state).to.equal('closed');
        });
        await pause(50);
        return recovered.every((times) => times > 0);
      });
      expect(recovered).to.deep.equal(new Array(MEMBERS).fill(1));
    });

    inLongRun('go on without a store that was killed, and leave within the timeout', async () => {
      await started();
      await server.close();
      await pause(HANG_MS);
      const during = await members.seen();
      expect([sumOf(during, 'failed'), sumOf(during, 'rejected')]).to.deep.equal([0, 0]);
      expect(during.map(({ events }) => events['fleet_degraded'])).to.deep.equal(new Array(MEMBERS).fill(1));
      const since = performance.now();
      await members.stop();
      expect(performance.now() - since).to.be.below(1500);
    });

    it('open by their own rules while the store is stopped, and do nothing late when it goes on', async () => {
      await started();
      server.hang();
      upstream.count();
      await opened();
      // Five each, those that were under way when a circuit opened, and probes; a call every 20 ms would be many more.
      expect(upstream.requests.fleet).to.be.within(5 * MEMBERS, 15 * MEMBERS);
      await pause(1000);
      upstream.isDown = false;
      await members.all('closed');
      const seen = await members.seen();
      // The timeout is 250 ms; the rest is a busy machine.
      expect(Math.max(...seen.map(({ longestRejectionMs }) => longestRejectionMs))).to.be.below(700);
      server.resume();
      for (let i = 0; i < 30; i += 1) {
        const after = await members.seen();
        expect(after.map(({ state }) => state)).to.deep.equal(new Array(MEMBERS).fill('closed'));
        expect(sumOf(after, 'rejected') + sumOf(after, 'failed')).to.equal(0);
        await pause(50);
      }
    });

    inLongRun('close with one probe of all, within a moment', async () => {
      await started(6);
      await opened();
      upstream.isDown = false;
      upstream.count();
      const rejected = await members.all('closed');
      const since = performance.now();
      expect(rejected.failed).to.equal(0);
      expect(performance.now() - since).to.be.below(500);
      await opened();
      await pause(1500);
      upstream.count();
      await pause(IS_LONG ? 6000 : 2000);
      // A probe an interval, of the whole fleet: there is one for each recovery of 600 ms and up to a tenth more.
      expect(upstream.requests.fleet).to.be.within(1, IS_LONG ? 11 : 5);
    });

    it('take the probe over from a process that was killed while it had it', async () => {
      await started();
      await opened();
      upstream.isDown = false;
      upstream.isSilent = true;
      delete upstream.last.fleet;
      await until(() => upstream.last.fleet !== undefined);
      const since = performance.now();
      await members.kill(Number(upstream.last.fleet));
      upstream.speak();
      await members.all('closed');
      expect(performance.now() - since, 'a lease of 800 ms').to.be.within(500, 3000);
    });

    it('let nobody through when the store forgets all, and give it back what it lost', async () => {
      await started(MEMBERS, { circuit: { ...CIRCUIT, recoveryTimeout: '30s' } });
      await opened();
      await members.seen();
      upstream.count();
      await server.flush();
      let restored = 0;
      await until(async () => {
        for (const { events } of await members.seen()) restored += events['fleet_restored'] ?? 0;
        await pause(20);
        return restored > 0;
      });
      expect(upstream.requests.fleet, 'let through').to.equal(0);
      await pause(300);
      expect((await members.seen()).map(({ state }) => state)).to.deep.equal(new Array(MEMBERS).fill('open'));
    });

    inLongRun('learn within a turn what they are not told, and when their connections were dropped', async () => {
      await members.start(2);
      await members.start(2, { isDeaf: true });
      await pause(700);
      await server.drop();
      await pause(300);
      const since = performance.now();
      await opened();
      expect(performance.now() - since, 'a turn of 500 ms').to.be.below(3000);
      upstream.isDown = false;
      await members.all('closed');
    });

    inLongRun('act alone when they are cut off, beside those that act together', async () => {
      await started();
      const cut = more('redis://127.0.0.1:1');
      await cut.start(2);
      await opened();
      await cut.all('open');
      upstream.isDown = false;
      await Promise.all([members.all('closed'), cut.all('closed')]);
    });

    inLongRun('open and close together although their clocks are an hour apart', async () => {
      await members.start(2);
      for (const aheadMs of [3_600_000, -3_600_000]) await members.start(1, { aheadMs });
      await pause(700);
      await opened();
      upstream.isDown = false;
      const { failed } = await members.all('closed');
      expect(failed).to.equal(0);
    });

    inLongRun('agree while a deployment replaces them by others with other settings', async () => {
      await started();
      const settings = { ...CIRCUIT, recoveryTimeout: '900ms', failureThreshold: 3, probes: 2 } as const;
      for (let half = 1; half <= 2; half += 1) {
        for (let replaced = 1; replaced <= 2; replaced += 1) {
          await members.start(1, { circuit: settings, fleet: { ...FLEET, quorum: 0.5 } });
          await members.retire();
        }
        await pause(700);
        await opened();
        upstream.isDown = false;
        await members.all('closed');
      }
    });
  });

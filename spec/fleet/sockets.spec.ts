import { expect } from 'chai';
import type { FleetRules } from '#lib/fleet/rules.js';
import { CLIENTS } from './support/clients.js';
import { pause, realMember, type RealMember, until } from './support/real-process.js';
import { type Server, SERVERS } from './support/servers.js';

const answers = (): boolean => true;
const fails = (): boolean => false;

// The store with the pure rules is the same to the last step, as protocol/script.spec.ts shows.
for (const kind of SERVERS.slice(1))
  for (const client of CLIENTS)
    describe(`a fleet through ${client.name} with ${kind.name}`, () => {
      let server: Server;
      let members: RealMember[];

      beforeEach(async () => {
        server = await kind.start();
        members = [];
      });

      afterEach(async () => {
        server.resume();
        await Promise.all(members.map(({ membership }) => membership.close()));
        await server.close();
      });

      async function join(count: number, rules?: Partial<FleetRules>): Promise<RealMember[]> {
        const joined = Array.from({ length: count }, () => realMember(client.store(server.url), rules));
        members.push(...joined);
        await Promise.all(joined.map(({ membership }) => membership.start()));
        return joined;
      }

      async function call(times: number, upstream: () => boolean, among = members): Promise<string[]> {
        const seen: string[] = [];
        for (let i = 0; i < times; i += 1)
          seen.push(...(await Promise.all(among.map(({ circuit }) => circuit.call(upstream)))));
        return seen;
      }

      async function open(): Promise<void> {
        await call(1, answers);
        // Everybody is counted in.
        await until(
          async () => ((await members[0]?.membership.line.read('openai'))?.numbers[0] ?? 0) === members.length,
        );
        await call(5, fails);
        await until(() =>
          members.every(({ circuit, membership }) => {
            return circuit.state === 'open' && membership.memberOf('openai')?.record.state === 'open';
          }),
        );
      }

      it('opens together, probes once and closes together', async () => {
        await join(3);
        await open();
        await until(() => members.every(({ circuit }) => circuit.view(Date.now()).state === 'half-open'));
        let probes = 0;
        await until(async () => {
          await call(1, () => {
            probes += members.some(({ circuit }) => circuit.state === 'closed') ? 0 : 1;
            return true;
          });
          return members.every(({ circuit }) => circuit.state === 'closed');
        });
        expect(probes).to.equal(1);
      });

      it('acts alone while the store hangs, does nothing late, and is one again', async function () {
        this.timeout(20_000);
        await join(3, { syncMs: 300, presenceMs: 750 });
        await call(1, answers);
        await until(async () => ((await members[0]?.membership.line.read('openai'))?.numbers[0] ?? 0) === 3);
        server.hang();
        await call(5, fails);
        expect(members.map(({ circuit }) => circuit.state)).to.deep.equal(['open', 'open', 'open']);
        await until(async () => {
          await call(1, answers);
          return members.every(({ circuit }) => circuit.state === 'closed');
        });
        for (const { circuit } of members) expect(circuit.longestWaitMs).to.be.below(300);
        await until(async () => {
          await call(1, answers);
          await pause(20);
          return members.every(({ membership }) => membership.line.isDegraded);
        });
        server.resume();
        const seen: string[] = [];
        await until(async () => {
          seen.push(...(await call(1, answers)));
          await pause(20);
          return members.every(({ membership }) => !membership.line.isDegraded);
        });
        for (let i = 0; i < 20; i += 1) {
          seen.push(...(await call(1, answers)));
          await pause(20);
        }
        expect(seen.filter((answer) => answer !== 'answered')).to.deep.equal([]);
        const { record } = (await members[0]?.membership.line.read('openai')) ?? {};
        expect(record?.state).to.equal('closed');
        for (const { events } of members) {
          expect(events.filter(({ type }) => type === 'fleet_degraded')).to.have.length(1);
          expect(events.filter(({ type }) => type === 'fleet_recovered')).to.have.length(1);
        }
      });

      it('gives back what a flushed store has lost, and lets nobody through meanwhile', async () => {
        await join(3, { syncMs: 200, presenceMs: 500 });
        for (const { circuit } of members) Object.assign(circuit.settings(), { recoveryMs: 60_000 });
        await open();
        await server.flush();
        const seen: string[] = [];
        await until(async () => {
          seen.push(...(await call(1, answers)));
          return (await members[0]?.membership.line.read('openai'))?.record.state === 'open';
        });
        expect(seen.filter((answer) => answer !== 'refused')).to.deep.equal([]);
      });

      it('hears of an isolation after its connections were dropped', async () => {
        await join(2);
        await call(1, answers);
        await server.drop();
        await pause(30);
        await until(async () => {
          await members[0]?.membership.byHand('isolate', 'openai', ['INC-7', '0']);
          await pause(50);
          return members.every(({ circuit }) => circuit.state === 'isolated');
        });
      });
    });

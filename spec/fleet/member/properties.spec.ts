import { expect } from 'chai';
import fc from 'fast-check';
import { type Process, World } from '../support/world.js';

const RUNS = Number(process.env['SEQUENCES'] ?? 15);

const LIMIT = 6000;

type Fault = 'hang' | 'resume' | 'flush' | 'lose' | 'hear' | 'cut' | 'mend' | 'slow' | 'fast';

const scene = fc.record({
  members: fc.oneof({ arbitrary: fc.integer({ min: 3, max: 12 }), weight: 6 }, fc.integer({ min: 13, max: 50 })),
  probes: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
  bad: fc.double({ min: 0, max: 1, noNaN: true }),
  steps: fc.array(
    fc.record({
      fault: fc.constantFrom<Fault>(
        'hang',
        'resume',
        'resume',
        'flush',
        'lose',
        'hear',
        'hear',
        'cut',
        'mend',
        'slow',
        'fast',
      ),
      seconds: fc.integer({ min: 1, max: 8 }),
      isDown: fc.boolean(),
    }),
    { minLength: 4, maxLength: 10 },
  ),
});

describe('a fleet, whatever fails', () => {
  it('agrees within one turn after the last fault, and its epochs never fall', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(scene, async ({ members, probes, seed, bad, steps }) => {
        const world = new World(seed);
        const limiter = { limit: LIMIT, perMs: 60_000, burst: 1 };
        await world.join(members, { rules: { syncMs: 2000, presenceMs: 5000 }, circuit: { probes }, limiter });
        const epochs = new Map<Process, number>();
        for (const { fault, seconds, isDown } of steps) {
          apply(world, fault);
          await world.calls(seconds, (process) => !isDown || world.processes.indexOf(process) >= bad * members);
          for (const process of world.processes) {
            const { epoch } = process.member.record;
            expect(epoch, 'an epoch fell').to.be.at.least(epochs.get(process) ?? 0);
            epochs.set(process, epoch);
          }
        }
        for (const fault of ['resume', 'hear', 'mend', 'fast'] as const) apply(world, fault);
        // A degraded member tries again after 30 seconds at most; then it takes one turn.
        await world.calls(35, () => true);
        const records = new Set(world.processes.map(({ member }) => `${member.record.epoch} ${member.record.state}`));
        expect([...records], 'records').to.have.length(1);
        // The upstream answers: all are closed after one recovery.
        await world.calls(30, () => true);
        expect(world.states()).to.deep.equal({ closed: members });
        expect(mostLeases(world), 'leases of one epoch at a time').to.be.at.most(probes);
        expect(new Set(world.sharers(LIMIT)), 'who share the limit').to.deep.equal(new Set([members]));
        await world.close();
        expect(world.clock.timers).to.equal(0);
      }),
      { numRuns: RUNS },
    );
  });
});

function apply({ store, processes }: World, fault: Fault): void {
  if (fault === 'hang') store.isHung = true;
  else if (fault === 'resume') store.resume();
  else if (fault === 'flush') store.memory.flush();
  else if (fault === 'lose' || fault === 'hear') store.losesMessages = fault === 'lose';
  else if (fault === 'slow' || fault === 'fast') store.delayMs = fault === 'slow' ? 150 : 1;
  else processes.forEach((process, i) => (process.isCut = fault === 'cut' && i % 3 === 0));
}

/** The most leases that were in time at once, as the store granted them. */
function mostLeases({ store }: World): number {
  let most = 0;
  for (const { at, ms, epoch } of store.granted) {
    const together = store.granted.filter(
      (other) => other.epoch === epoch && other.at <= at && other.at + other.ms > at,
    );
    const left = together.filter(
      (other) => !store.settled.some((end) => end.lease === other.lease && end.at <= at && end.at >= other.at),
    );
    most = Math.max(most, ms > 0 ? left.length : 0);
  }
  return most;
}

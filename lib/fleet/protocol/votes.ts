import { countLeft, type Slot } from './slot.js';
import { become, num, recordOf, recovery, type Step } from './transition.js';

/** The tolerance for rounding errors: in floating point, 1 - 0.7 is a little more than 0.3. */
const ROUNDING = 1e-9;

/** Counts a vote to open. The fleet opens if the quorum is exceeded, with at least two votes. */
export function vote(slot: Slot, step: Step): string[] {
  const [member = '', voteMs, quorum, presenceMs, base, growth, most, flapMs, size] = step.args;
  const { name, now } = step;
  const found = recordOf(slot);
  slot.members.set(member, now + Number(presenceMs));
  const members = Math.max(countLeft(slot.members, now), Number(size));
  if (found.state !== 'closed') return ['decided', '0', num(members)];
  if (!slot.record) slot.record = { ...found, id: step.id };
  const before = countLeft(slot.votes, now);
  slot.votes.set(member, now + Number(voteMs));
  const votes = slot.votes.size;
  if (votes >= 2 && votes > Number(quorum) * members + ROUNDING) {
    const isFlap = found.closedAt > 0 && now - found.closedAt < Number(flapMs);
    const trips = isFlap ? found.trips + 1 : 1;
    const until = now + recovery(trips, Number(base), Number(growth), Number(most));
    become(
      slot,
      step,
      { state: 'open', until, trips, closedAt: found.closedAt, why: 'quorum' },
      'quorum',
      votes,
      members,
    );
    return ['opened', num(votes), num(members)];
  }
  if (before === 0) step.messages.push(`${name} ${recordOf(slot).id} vote ${num(found.epoch)}`);
  return ['voted', num(votes), num(members)];
}

/** Counts a member whose own calls succeed. The fleet closes if there are enough such members. */
export function well(slot: Slot, step: Step): string[] {
  const [member = '', isWell, quorum, presenceMs, size] = step.args;
  const { now } = step;
  const found = recordOf(slot);
  slot.members.set(member, now + Number(presenceMs));
  const members = Math.max(countLeft(slot.members, now), Number(size));
  if (found.state !== 'open') return ['decided', '0', num(members)];
  if (isWell === '1') slot.wells.set(member, now + Number(presenceMs));
  else slot.wells.delete(member);
  const wells = countLeft(slot.wells, now);
  if (wells === 0 || wells < (1 - Number(quorum)) * members - ROUNDING) return ['contested', num(wells), num(members)];
  become(
    slot,
    step,
    { state: 'closed', until: 0, trips: 0, closedAt: 0, why: 'dissolved' },
    'dissolved',
    wells,
    members,
  );
  return ['dissolved', num(wells), num(members)];
}

import { countInTime, firstEnd, type Slot } from './slot.js';
import { become, num, recordOf, recovery, type Step } from './transition.js';

/** Requests a probe of this epoch. */
export function acquire(slot: Slot, step: Step): string[] {
  const [lease = '', epoch, leaseMs, probes] = step.args;
  const { name, now } = step;
  const record = recordOf(slot);
  if (record.state !== 'open' || record.epoch !== Number(epoch)) return ['stale', '0'];
  if (now < record.until) return ['wait', num(record.until - now)];
  const held = slot.probes.get(lease) ?? 0;
  // The same request may arrive twice.
  if (held > now) return ['granted', num(held - now)];
  const out = countInTime(slot.probes, now);
  if (out > 0 && out + record.successes >= Number(probes)) return ['wait', num(firstEnd(slot.probes, now) - now)];
  slot.probes.set(lease, now + Number(leaseMs));
  if (out + 1 + record.successes >= Number(probes))
    step.messages.push(`${name} ${record.id} probing ${num(record.epoch)} ${num(firstEnd(slot.probes, now) - now)}`);
  return ['granted', leaseMs ?? '0'];
}

/** Settles a probe. It counts only once, because the lease is then removed. */
export function settle(slot: Slot, step: Step): string[] {
  const [lease = '', epoch, outcome, probes, base, growth, most] = step.args;
  const { now } = step;
  const record = recordOf(slot);
  if (record.state !== 'open' || record.epoch !== Number(epoch)) return ['stale'];
  const held = slot.probes.get(lease);
  if (held === undefined) return ['gone'];
  slot.probes.delete(lease);
  // A late failure may be outdated and is ignored. A late success still proves that the upstream answers.
  if (outcome === 'failure' && held > now) {
    const trips = record.trips + 1;
    const until = now + recovery(trips, Number(base), Number(growth), Number(most));
    become(slot, step, { state: 'open', until, trips, closedAt: record.closedAt, why: 'probe' }, 'probe');
    return ['reopened'];
  }
  if (outcome !== 'success') return ['returned'];
  if (record.successes + 1 < Number(probes)) {
    slot.record = { ...record, successes: record.successes + 1 };
    return ['counted'];
  }
  become(slot, step, { state: 'closed', until: 0, trips: record.trips, closedAt: now, why: 'probe' }, 'probe');
  return ['closed'];
}

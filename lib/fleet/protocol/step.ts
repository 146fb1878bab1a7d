// The rules of a fleet's record. `script.ts` contains the same rules in Lua. A spec compares both, step by step.
import { acquire, settle } from './probes.js';
import { countInTime, countLeft, dataOf, type FleetState, type Slot, type SlotData, slotOf } from './slot.js';
import { become, expire, num, recordOf, replyOf, restored, stateMessage, type Step } from './transition.js';
import { vote, well } from './votes.js';

export interface StepResult {
  /** The reply of the script: the record, the store's time, the outcome of the operation, and its numbers. */
  readonly reply: string[];
  /** The messages that the store publishes. */
  readonly messages: string[];
}

type Op = (slot: Slot, step: Step) => string[];

/** Only extensions of the gate that are longer than this are published. */
const GATE_SLACK_MS = 50;

/** A change in the number of members that share a limit is published if it is at least about 1/8 of them. */
const PUBLISHED_PARTS = 8;

const RANK: Readonly<Record<FleetState, number>> = { closed: 0, open: 1, isolated: 2 };

/** Operations that change nothing. They have no time limit. */
const READING: ReadonlySet<string> = new Set(['read']);

const OPS: Readonly<Record<string, Op>> = {
  read: (slot, { now }) => [
    'read',
    num(countInTime(slot.members, now)),
    num(countInTime(slot.votes, now)),
    num(countInTime(slot.wells, now)),
    num(Math.max(0, slot.gate - now)),
  ],
  sync,
  vote,
  retract(slot, { args: [member = ''] }) {
    slot.votes.delete(member);
    return ['retracted'];
  },
  leave(slot, { args: [member = ''] }) {
    for (const ends of [slot.votes, slot.members, slot.wells]) ends.delete(member);
    return ['left'];
  },
  well,
  acquire,
  settle,
  isolate(slot, step) {
    const [reason = '', forMs = '0'] = step.args;
    const until = Number(forMs) > 0 ? step.now + Number(forMs) : 0;
    become(slot, step, { state: 'isolated', until, trips: 0, closedAt: 0, why: reason }, 'isolated');
    return ['isolated'];
  },
  reset(slot, step) {
    slot.gate = 0;
    become(slot, step, { state: 'closed', until: 0, trips: 0, closedAt: 0, why: 'reset' }, 'reset');
    return ['reset'];
  },
  gate,
  share,
};

/**
 * Runs one operation on a circuit's data and changes `slot`.
 * @param args the arguments of the script: `op, channel, name, notAfter, id, …`
 * @param now the store's time in milliseconds
 */
export function apply(
  slot: Slot,
  [op = '', , name = '', notAfter = '0', id = '', ...args]: readonly string[],
  now: number,
): StepResult {
  const step: Step = { name, id, args, now, messages: [] };
  const run = OPS[op];
  if (!run) throw new Error(`holdfast: unknown operation ${op}`);
  expire(slot, step);
  const outcome = !READING.has(op) && now > Number(notAfter) ? ['late'] : run(slot, step);
  return { reply: [...replyOf(recordOf(slot), now), ...outcome], messages: step.messages };
}

/** For stores that compare and set: runs one operation like the script, and returns new data. `data` is unchanged. */
export function step(data: SlotData, args: readonly string[], now: number): StepResult & { readonly data: SlotData } {
  const slot = slotOf(data);
  const result = apply(slot, args, now);
  return { ...result, data: dataOf(slot) };
}

/** A member's turn: restores a record that the store has lost, and counts the member as present. */
function sync(slot: Slot, step: Step): string[] {
  const { id, args, now } = step;
  const [member = '', present = '0', presenceMs = '0', epoch = '0', state = 'closed', ...known] = args;
  const found = slot.record;
  const record = recordOf(slot);
  const isNewer = Number(epoch) > record.epoch;
  const isWorse = Number(epoch) === record.epoch && RANK[state as FleetState] > RANK[record.state];
  const isRestored = isNewer || (isWorse && Number(epoch) > 0);
  if (isRestored) {
    slot.record = restored(id, Number(epoch), state as FleetState, known, now);
    for (const ends of [slot.votes, slot.wells, slot.probes]) ends.clear();
    expire(slot, step);
    step.messages.push(stateMessage(step, recordOf(slot), 'restored', 0, 0));
  } else if (!found) {
    slot.record = { ...record, id };
  }
  if (present === '1') slot.members.set(member, now + Number(presenceMs));
  return [isRestored ? 'restored' : 'synced', num(countLeft(slot.members, now)), num(countLeft(slot.votes, now))];
}

/** Keeps the gate closed for the longest time that a member was asked to wait. */
function gate(slot: Slot, step: Step): string[] {
  const [askedMs = '0', maxMs = '0'] = step.args;
  const { now } = step;
  const until = now + Math.min(Number(askedMs), Number(maxMs));
  if (until > Math.max(slot.gate, now) + GATE_SLACK_MS) {
    slot.gate = until;
    step.messages.push(`${step.name} ${step.id} gate ${num(until - now)}`);
  }
  return ['gate', num(Math.max(0, slot.gate - now))];
}

/**
 * Adds a member to those that share a limit, removes it, or only counts them (`as`: `in`, `out` or `look`). The number
 * in the reply always includes the member.
 */
function share(slot: Slot, step: Step): string[] {
  const { id, args, now } = step;
  const [member = '', as = '', presenceMs = '0'] = args;
  slot.record ??= { ...recordOf(slot), id };
  const before = countLeft(slot.members, now);
  if (as === 'in') slot.members.set(member, now + Number(presenceMs));
  else if (as === 'out') slot.members.delete(member);
  const members = slot.members.size;
  if (members !== before && members % Math.max(1, Math.floor(members / PUBLISHED_PARTS)) === 0)
    step.messages.push(`${step.name} ${slot.record.id} share ${num(members)}`);
  return ['shared', num(members + (slot.members.has(member) ? 0 : 1))];
}

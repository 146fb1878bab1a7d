import type { FleetState } from './slot.js';
import type { FleetCause } from './transition.js';

interface Told {
  /** The circuit's escaped name. */
  readonly name: string;
  /** The id of the record that the message is about. */
  readonly id: string;
}

export interface StateTold extends Told {
  readonly kind: 'state';
  readonly epoch: number;
  readonly state: FleetState;
  readonly openInMs: number;
  readonly trips: number;
  readonly sinceClosedMs: number;
  readonly cause: FleetCause;
  readonly votes: number;
  readonly members: number;
}

export interface VoteTold extends Told {
  readonly kind: 'vote';
  readonly epoch: number;
}

export interface ProbingTold extends Told {
  readonly kind: 'probing';
  readonly epoch: number;
  /** Milliseconds until the next probe may be free. */
  readonly inMs: number;
}

export interface GateTold extends Told {
  readonly kind: 'gate';
  readonly inMs: number;
}

export interface ShareTold extends Told {
  readonly kind: 'share';
  readonly members: number;
}

export type FleetMessage = StateTold | VoteTold | ProbingTold | GateTold | ShareTold;

const LONGEST = 1000;
const HEAD = /^([\w.%~-]+) ([\w-]+) (state|vote|probing|gate|share) (.*)$/;
const STATE =
  /^(\d{1,15}) (closed|open|isolated) (-1|\d{1,15}) (\d{1,9}) (-1|\d{1,15}) (quorum|probe|dissolved|isolated|reset|restored) (\d{1,9}) (\d{1,9})$/;
const VOTE = /^(\d{1,15})$/;
const PROBING = /^(\d{1,15}) (\d{1,12})$/;
const GATE = /^(\d{1,12})$/;
const SHARE = /^(\d{1,9})$/;

/** Reads a message. Returns undefined for anything invalid, because anyone may publish. */
export function readMessage(text: unknown): FleetMessage | undefined {
  if (typeof text !== 'string' || text.length > LONGEST) return undefined;
  const head = HEAD.exec(text);
  if (!head) return undefined;
  const [, name = '', id = '', kind = '', rest = ''] = head;
  switch (kind) {
    case 'state':
      return stateTold({ name, id }, STATE.exec(rest));
    case 'vote': {
      const read = VOTE.exec(rest);
      return read ? { name, id, kind: 'vote', epoch: Number(read[1]) } : undefined;
    }
    case 'probing': {
      const read = PROBING.exec(rest);
      return read ? { name, id, kind: 'probing', epoch: Number(read[1]), inMs: Number(read[2]) } : undefined;
    }
    case 'share': {
      const read = SHARE.exec(rest);
      return read ? { name, id, kind: 'share', members: Number(read[1]) } : undefined;
    }
    default: {
      const read = GATE.exec(rest);
      return read ? { name, id, kind: 'gate', inMs: Number(read[1]) } : undefined;
    }
  }
}

function stateTold(told: Told, read: RegExpExecArray | null): StateTold | undefined {
  if (!read) return undefined;
  return {
    ...told,
    kind: 'state',
    epoch: Number(read[1]),
    state: read[2] as FleetState,
    openInMs: Number(read[3]),
    trips: Number(read[4]),
    sinceClosedMs: Number(read[5]),
    cause: read[6] as FleetCause,
    votes: Number(read[7]),
    members: Number(read[8]),
  };
}

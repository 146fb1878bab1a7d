// One process of the drill of a fleet. Started by fleet.ts, with which it talks over the channel of a forked process.
import { createClient } from 'redis';
import { CircuitOpenError, CircuitProtected, circuit, configure } from 'holdfast';
import { connectFleet } from 'holdfast/fleet';
import { spend } from './limit.js';
import { SIDES, type Side } from './upstream.js';

/** What a process has seen since it was last asked. */
export interface Seen {
  readonly answered: Record<Side, number>;
  readonly failed: Record<Side, number>;
  readonly rejected: Record<Side, number>;
  /** The longest that a call took that sent nothing. */
  readonly longestRejectionMs: number;
  readonly states: Record<Side, string>;
}

const CALL_EVERY_MS = 100;
const RULES = { failureThreshold: 5, recoveryTimeout: '1s', probeInterval: '1s' } as const;

const [store = '', upstream = '', name = ''] = process.argv.slice(2);
configure({ settings: { log: { level: 'silent' } } });

class Failed extends Error {
  constructor(readonly status: number) {
    super('The upstream failed.');
  }
}

async function request(side: Side): Promise<string> {
  const response = await fetch(`${upstream}/${side}`, { headers: { 'x-process': name } });
  const text = await response.text();
  if (!response.ok) throw new Failed(response.status);
  return text;
}

class Service {
  @CircuitProtected({ circuit: 'fleet', ...RULES })
  fleet(): Promise<string> {
    return request('fleet');
  }

  @CircuitProtected({ circuit: 'alone', fleet: 'off', ...RULES })
  alone(): Promise<string> {
    return request('alone');
  }
}

const none = (): Record<Side, number> => ({ fleet: 0, alone: 0 });
let seen = { answered: none(), failed: none(), rejected: none(), longestRejectionMs: 0 };

async function call(service: Service, side: Side): Promise<void> {
  const since = performance.now();
  try {
    await service[side]();
    seen.answered[side] += 1;
  } catch (error) {
    const isRejected = error instanceof CircuitOpenError;
    seen[isRejected ? 'rejected' : 'failed'][side] += 1;
    if (isRejected) seen.longestRejectionMs = Math.max(seen.longestRejectionMs, performance.now() - since);
  }
}

const client = createClient({ url: store });
client.on('error', () => undefined);
const fleet = await connectFleet(client, { name: 'drill', sync: '1s', trust: '500ms', rampUp: '0s' });
const service = new Service();
const timer = setInterval(() => {
  for (const side of SIDES) void call(service, side);
}, CALL_EVERY_MS);

process.on('message', (asked) => {
  if (asked === 'seen') {
    const states = { fleet: circuit('fleet').state, alone: circuit('alone').state };
    process.send?.({ ...seen, states } satisfies Seen);
    seen = { answered: none(), failed: none(), rejected: none(), longestRejectionMs: 0 };
    return;
  }
  if (typeof asked === 'number') {
    void spend(asked).then((spent) => process.send?.(spent));
    return;
  }
  clearInterval(timer);
  void fleet.close().then(() => process.disconnect());
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');

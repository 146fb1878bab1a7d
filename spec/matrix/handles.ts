import { getEventListeners } from 'node:events';
import type { FaultServer } from '#lib/testing/index.js';

/** How long sockets and timers have to go away by themselves. */
const PATIENCE_MS = 1000;
const LOOK_EVERY_MS = 5;
/** The client notices a little after the call has ended that a socket is free again. */
const REST_MS = 15;

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Timers that hold the process and sockets. Files, terminals and pipes come and go with whoever writes to them. */
const HELD = /^(Timeout|TCP|TLS|GetAddrInfo)/;

function heldNow(): string[] {
  return process.getActiveResourcesInfo().filter((type) => HELD.test(type));
}

/** What holds the process now and did not do so when this was made, in time. */
export function handlesSince(): () => Promise<string[]> {
  const before = heldNow();
  return async () => {
    let more: string[] = [];
    await soon(() => {
      const known = [...before];
      more = heldNow().filter((type) => {
        const at = known.indexOf(type);
        if (at >= 0) known.splice(at, 1);
        return at < 0;
      });
      return more.length === 0;
    });
    return more;
  };
}

/** What a call has left open at the server, which is still there, and on its caller's signal. */
export async function leftovers(server: FaultServer, signal: AbortSignal): Promise<string[]> {
  const pending = (): number => server.requests.filter(({ outcome }) => outcome === 'pending').length;
  await soon(() => pending() === 0);
  const requests = pending();
  const busy = await busySockets(server);
  const listeners = getEventListeners(signal, 'abort').length;
  return [
    ...(requests > 0 ? [`${requests} requests`] : []),
    ...(busy > 0 ? [`${busy} busy sockets`] : []),
    ...(listeners > 0 ? [`${listeners} listeners on the caller's signal`] : []),
  ];
}

/** Sockets that are kept for the next request are taken by it; where an answer lies unread, it needs another. */
async function busySockets(server: FaultServer): Promise<number> {
  await rest(REST_MS);
  const kept = server.open;
  // Also what was lined up for a request that never came.
  server.reset();
  const models = async (): Promise<void> => {
    const response = await fetch(`${server.baseUrl}/models`, { headers: { authorization: 'Bearer none' } });
    await response.arrayBuffer();
  };
  await Promise.all(Array.from({ length: kept }, models));
  return server.open - kept;
}

async function soon(holds: () => boolean): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!holds() && performance.now() < until) await rest(LOOK_EVERY_MS);
}

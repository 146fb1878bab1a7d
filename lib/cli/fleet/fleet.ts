import { FleetStoreError } from '../../fleet/errors.js';
import type { Fleet, FleetIsolation } from '../../fleet/handle.js';
import { observeFleet } from '../../fleet/observe.js';
import { CommandFailure, UsageError } from '../errors.js';
import { say } from '../terminal/output.js';
import { clientFor } from './client.js';
import { statusTable } from './view.js';

/** The address and name of the fleet. */
export interface FleetAddress {
  /** Default: FLEET_URL. */
  readonly url?: string | undefined;
  /** Default: FLEET_NAME. */
  readonly name?: string | undefined;
}

export interface StatusOptions extends FleetAddress {
  readonly json?: boolean;
  /** Prints again after each change, until the signal aborts. */
  readonly watch?: boolean;
}

const TIMEOUT = '2s';
const WATCH_MS = 1000;

/** `holdfast fleet status` */
export function fleetStatus(
  { json = false, watch = false, ...address }: StatusOptions,
  signal: AbortSignal,
): Promise<void> {
  return withFleet(address, async (fleet) => {
    let printed = '';
    do {
      const circuits = await fleet.circuits();
      const text = json ? JSON.stringify(circuits, null, watch ? undefined : 2) : statusTable(circuits);
      // The remaining wait always changes, so it does not count as a change.
      const comparable = JSON.stringify(circuits.map(({ openInMs: _, ...circuit }) => circuit));
      if (comparable !== printed) say(text);
      printed = comparable;
      if (watch) await pause(WATCH_MS, signal);
    } while (watch);
  });
}

/** `holdfast fleet isolate <circuit>` */
export function fleetIsolate(circuit: string, isolation: FleetIsolation, address: FleetAddress): Promise<void> {
  return withFleet(address, (fleet) => fleet.isolate(circuit, isolation));
}

/** `holdfast fleet reset <circuit>` */
export function fleetReset(circuit: string, address: FleetAddress): Promise<void> {
  return withFleet(address, (fleet) => fleet.reset(circuit));
}

async function withFleet(
  { url = process.env['FLEET_URL'], name }: FleetAddress,
  work: (fleet: Fleet) => Promise<void>,
): Promise<void> {
  if (url === undefined || url === '')
    throw new UsageError('expected the address of the fleet: write --url redis://localhost:6379, or set FLEET_URL.');
  const fleet = await observeFleet(await clientFor(url), { timeout: TIMEOUT, ...(name !== undefined && { name }) });
  try {
    await work(fleet);
  } catch (error) {
    // The message holds neither the address nor the client's error, because both may contain a password.
    throw error instanceof FleetStoreError ? new CommandFailure(error.message) : error;
  } finally {
    await fleet.close();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}

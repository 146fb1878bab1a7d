import type { FleetClient } from '../../fleet/store/store-of.js';
import { UsageError } from '../errors.js';

/** A way to make a client from an address, with one of the libraries. Nothing is connected by it. */
type Make = (url: string) => Promise<FleetClient>;

const LIBRARIES: readonly Make[] = [
  async (url) => (await import('redis')).createClient({ url }),
  async (url) => new (await import('iovalkey')).Redis(url, { lazyConnect: true }),
  async (url) => new (await import('ioredis')).Redis(url, { lazyConnect: true }),
];

/**
 * A client for the address, through whichever library is installed. The address appears in no message.
 * @throws {UsageError} if none is installed, or the address is none
 */
export async function clientFor(url: string): Promise<FleetClient> {
  if (!/^(rediss?|valkeys?|unix):\/\//.test(url) || !URL.canParse(url))
    throw new UsageError('--url (FLEET_URL): expected an address such as redis://localhost:6379.');
  for (const make of LIBRARIES) {
    try {
      return await make(url.replace(/^valkey/, 'redis'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    }
  }
  throw new UsageError('the fleet commands need one of the packages redis, iovalkey or ioredis: npm install redis');
}

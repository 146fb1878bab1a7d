import type { FleetClient } from '../../fleet/store/store-of.js';
import { UsageError } from '../errors.js';

/** Creates a client for an address with one library. Does not connect. */
type CreateClient = (url: string) => Promise<FleetClient>;

const LIBRARIES: readonly CreateClient[] = [
  async (url) => (await import('redis')).createClient({ url }),
  async (url) => new (await import('iovalkey')).Redis(url, { lazyConnect: true }),
  async (url) => new (await import('ioredis')).Redis(url, { lazyConnect: true }),
];

/**
 * Creates a client for the address with an installed library. No message contains the address.
 * @throws {UsageError} if no library is installed, or the address is invalid
 */
export async function clientFor(url: string): Promise<FleetClient> {
  if (!/^(rediss?|valkeys?|unix):\/\//.test(url) || !URL.canParse(url))
    throw new UsageError('--url (FLEET_URL): expected an address such as redis://localhost:6379.');
  for (const createClient of LIBRARIES) {
    try {
      return await createClient(url.replace(/^valkey/, 'redis'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    }
  }
  throw new UsageError('the fleet commands need one of the packages redis, iovalkey or ioredis: npm install redis');
}

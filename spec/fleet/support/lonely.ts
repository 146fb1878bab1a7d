// A process that is a member of a fleet and has nothing else to do. Started by lonely.spec.ts.
import { Redis as IoRedis } from 'ioredis';
import { Redis as IoValkey } from 'iovalkey';
import { createClient } from 'redis';
import { CircuitProtected } from '#lib/index.js';
import { connectFleet } from '#lib/fleet/index.js';

const [library, url = '', timeout] = process.argv.slice(2);
const clients = {
  redis: () => createClient({ url }),
  ioredis: () => new IoRedis(url, { lazyConnect: true }),
  iovalkey: () => new IoValkey(url, { lazyConnect: true }),
};
const call = CircuitProtected({ circuit: 'openai' })(async () => Promise.resolve('answer'));
const fleet = await connectFleet(clients[library as keyof typeof clients](), {
  name: 'lonely',
  timeout: timeout as '5s',
});
console.log(await call(), fleet.store);

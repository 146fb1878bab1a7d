import { expect } from 'chai';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { channelOf, keysOf } from '#lib/fleet/protocol/keys.js';
import { SCRIPT } from '#lib/fleet/protocol/script.js';
import { emptySlot } from '#lib/fleet/protocol/slot.js';
import { apply } from '#lib/fleet/protocol/step.js';
import { randomStep } from '../support/random-steps.js';
import { REAL_SERVERS, type Server } from '../support/servers.js';

const START = 1_800_000_000_000;
const KEYS = keysOf('checkout', 'openai');
const SEQUENCES = Number(process.env['SEQUENCES'] ?? 100);

/** The script with its time from a key's name, and its messages in a list. Nothing ends by the server's own time. */
const TIMED = SCRIPT.replace("local time = call('TIME')", '')
  .replace(/local now = .*\n/, 'local now = tonumber(KEYS[7])\n')
  .replace("call('PUBLISH', channel,", "call('RPUSH', KEYS[8],")
  .replace(", 'PX', num(ends - now)", '');

for (const kind of REAL_SERVERS)
  describe(`the script in ${kind.name}`, () => {
    let server: Server;
    let client: Redis;

    before(async () => {
      server = await kind.start();
      client = new Redis(server.url);
    });

    after(async () => {
      client.disconnect();
      await server.close();
    });

    it('does in every random sequence what the pure rules do', async function () {
      this.timeout(60_000);
      let steps = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(randomStep, { minLength: 20, maxLength: 60 }), async (sequence) => {
          await client.flushall();
          const slot = emptySlot();
          const told: string[] = [];
          let now = START;
          let last = { epoch: 0, state: 'closed' };
          for (const { op, args, passMs, lateByMs } of sequence) {
            now += passMs;
            const given = [
              op,
              channelOf('checkout'),
              'openai',
              String(now - lateByMs),
              'id-1',
              ...args(last.epoch, last.state),
            ];
            const { reply, messages } = apply(slot, given, now);
            told.push(...messages);
            expect(await client.eval(TIMED, 8, ...KEYS, String(now), 'told', ...given), op).to.deep.equal(reply);
            last = { epoch: Number(reply[0]), state: String(reply[1]) };
            steps += 1;
          }
          expect(await client.lrange('told', 0, -1)).to.deep.equal(told);
        }),
        { numRuns: SEQUENCES },
      );
      expect(steps).to.be.above(SEQUENCES * 20);
    });
  });

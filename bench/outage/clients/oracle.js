import { limitedRequest } from '../request.js';

export const oracle = {
  name: 'oracle',
  load: async () => (world) => ({ call: () => ask(world) }),
};

/** Knows the timeline: asks nothing of an upstream that is out, and repeats at once what chance let fail. */
async function ask(world) {
  if (world.isOut()) throw new Error('out');
  for (;;) {
    try {
      return await limitedRequest(world);
    } catch (error) {
      if (error.status !== 503 || world.isOut()) throw error;
    }
  }
}

import { request } from '../request.js';
import { PATIENCE_MS, WORK_MS } from '../scenario.js';

/** A call that has waited for longer may be answered too late. */
const LONGEST_MS = PATIENCE_MS - 2 * WORK_MS;

/** Knows when there is room: calls stand in one line, and the first that can be answered in time is made at that moment. */
export const oracle = {
  name: 'oracle',
  load: async () => (world) => {
    const line = [];
    let isServing = false;
    const serve = async () => {
      isServing = true;
      for (let next = line[0]; next; next = line[0]) {
        const waitMs = world.untilRoomMs();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        while (line.length > 0 && Date.now() - line[0].since > LONGEST_MS) line.shift();
        if (line.length === 0) break;
        next = line.shift();
        void request(world, next.signal).then(next.resolve, next.reject);
      }
      isServing = false;
    };
    return {
      call: (signal) =>
        new Promise((resolve, reject) => {
          const place = { since: Date.now(), signal, resolve, reject };
          signal.addEventListener('abort', () => line.includes(place) && line.splice(line.indexOf(place), 1));
          line.push(place);
          if (!isServing) void serve();
        }),
    };
  },
};

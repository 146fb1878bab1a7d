import type { ResilienceEvent } from '#lib/core/events.js';
import { configure, onEvent } from '#lib/runtime/runtime.js';
import { FakeClock } from '#lib/testing/fake-clock.js';

/** What a spec sees of a world whose time and chance it holds in its hand. */
export interface World {
  readonly clock: FakeClock;
  /** All but `stream_dropped`. */
  readonly events: readonly ResilienceEvent[];
  /** The next values of chance; 0 when they are used up. */
  chance: number[];
  /** The events of one type. */
  heard<T extends ResilienceEvent['type']>(type: T): Extract<ResilienceEvent, { type: T }>[];
}

const START = 1_000_000;

/** Puts a fake clock, chance without surprises and a silent logger in place for each test of the suite. */
export function virtualTime(): World {
  const world = {
    clock: new FakeClock(START),
    events: [] as ResilienceEvent[],
    chance: [] as number[],
    heard(type: string) {
      return world.events.filter((event) => event.type === type);
    },
  };
  let undo: (() => void)[] = [];
  beforeEach(() => {
    world.clock = new FakeClock(START);
    world.events = [];
    world.chance = [];
    undo = [
      configure({
        clock: world.clock,
        random: () => world.chance.shift() ?? 0,
        settings: { log: { level: 'silent' } },
      }),
      // A stream that an earlier test left unread is collected whenever it is: it says nothing of this test.
      onEvent((event) => event.type !== 'stream_dropped' && world.events.push(event)),
    ];
  });
  afterEach(() => {
    for (const restore of undo) restore();
  });
  return world as unknown as World;
}

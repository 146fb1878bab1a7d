import type { CallFailed, FailureUnknown, ResilienceEvent } from '#lib/core/events.js';
import { configure, onEvent } from '#lib/runtime/runtime.js';
import { FakeClock } from '#lib/testing/fake-clock.js';

/** What a spec sees of a world whose time and chance it holds in its hand. */
export interface World {
  readonly clock: FakeClock;
  /** All but those that say how a call ended, and but `stream_dropped`. */
  readonly events: readonly ResilienceEvent[];
  /** The events of calls that ended in an error. */
  readonly ends: readonly (CallFailed | FailureUnknown)[];
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
    ends: [] as (CallFailed | FailureUnknown)[],
    chance: [] as number[],
    heard(type: string) {
      return world.events.filter((event) => event.type === type);
    },
  };
  let undo: (() => void)[] = [];
  beforeEach(() => {
    world.clock = new FakeClock(START);
    world.events = [];
    world.ends = [];
    world.chance = [];
    undo = [
      configure({
        clock: world.clock,
        random: () => world.chance.shift() ?? 0,
        settings: { log: { level: 'silent' } },
      }),
      onEvent((event) => {
        // A stream that an earlier test left unread is collected whenever it is: it says nothing of this test.
        if (event.type === 'stream_dropped') return;
        if (event.type === 'call_failed' || event.type === 'failure_unknown') world.ends.push(event);
        else world.events.push(event);
      }),
    ];
  });
  afterEach(() => {
    for (const restore of undo) restore();
  });
  return world as unknown as World;
}

import { burstClock } from '../../core/burst-clock.js';
import type { Call, Next, NextStream, Policy, Stream } from '../../core/call.js';
import { runUnder } from '../../core/current-signal.js';
import { cutStream, swallow } from '../../core/cut-stream.js';
import { FLOOR } from '../../core/floor.js';
import { relay } from '../../core/relay.js';
import type { Site } from '../../core/site.js';
import type { Attempt } from './attempt.js';
import type { Latencies } from './latencies.js';
import { Race, type Track } from './race.js';
import type { HedgeRules } from './rules.js';

/** What stands further in: nothing, policies of which the last is a time limit, or others. */
export type Beneath = 'nothing' | 'limit' | 'others';

/** A stream that has begun: what was read of it, and where the rest comes from. */
interface Begun {
  readonly source: Stream;
  readonly first: IteratorResult<unknown, unknown>;
}

/** Starts another attempt beside one that is slow, and takes the first success. */
export function hedge(site: Site, rules: HedgeRules, seen: Latencies, beneath: Beneath): Policy {
  const { afterMs, share, maxHedges } = rules;
  const isInnermost = beneath === 'nothing';

  const common = {
    site,
    now: burstClock(site.clock),
    maxHedges,
    // Where tests take the waits away, a slow machine is not to add calls.
    afterMs: () => (site.instantRetries ? undefined : share === undefined ? afterMs : seen.percentile(share)),
    onLatency: share === undefined ? undefined : (ms: number) => seen.add(ms),
  };
  const calls: Track<unknown> = { ...common, endsItself: !isInnermost, discard: undefined };
  const streams: Track<Begun> = {
    ...common,
    endsItself: true,
    discard: ({ source }) => swallow(source.return(undefined)),
  };

  const attempted = isInnermost
    ? (attempt: Attempt, { self, args }: Call, next: Next) => runUnder(attempt, () => next(self, args))
    : ({ call }: Attempt, { self, args }: Call, next: Next) => next(self, args, call);

  const begin = async (attempt: Attempt, next: NextStream): Promise<Begun> => {
    const stream = next(attempt.call);
    const source = isInnermost ? cutStream(stream, attempt) : stream;
    return { source, first: await source.next() };
  };

  return {
    around: (call, next) => new Race(calls, call, (attempt) => attempted(attempt, call, next)).winner(),
    stream: hedgeStream,
    ...(beneath === 'others' && { floor: FLOOR }),
  };

  /** Until the first chunk; after it there is one stream, and the others are closed. */
  async function* hedgeStream(call: Call, next: NextStream): Stream {
    const race = new Race(streams, call, (attempt) => begin(attempt, next));
    try {
      const { source, first } = await race.winner();
      return yield* relay(source, undefined, undefined, first);
    } finally {
      race.release();
    }
  }
}

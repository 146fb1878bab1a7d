/** What a page says with a figure, and the line of the code that it follows. */
type Figure = readonly [words: string, file: string, line: string];

/** Figures of the pages that are neither options nor printed by an example. */
export const FIGURES: Readonly<Record<string, readonly Figure[]>> = {
  'docs/circuits.md': [
    ['a number of calls, up to 100 000', 'policies/circuit/options.ts', 'const MAX_CALLS = 100_000;'],
    ['kept in sixteen parts', 'policies/circuit/window.ts', 'const BUCKETS = 16;'],
    ['Up to 10 % is added at random', 'policies/circuit/state.ts', 'const RECOVERY_SPREAD = 0.1;'],
    ['beyond twice `maxKeys`', 'policies/circuit/keyed.ts', 'const MAX_TIMES = 2;'],
    ['`max` answers (default 1000)', 'runtime/last-good.ts', 'const DEFAULT_MAX = 1000;'],
  ],
  'docs/concurrency.md': [
    ['the last ten calls or so', 'policies/concurrency/adaptive.ts', 'const SHORT_WINDOW = 10;'],
    ['the last six hundred or so', 'policies/concurrency/adaptive.ts', 'const LONG_WINDOW = 600;'],
    ['grows, by up to 0.8 a call', 'policies/concurrency/adaptive.ts', 'const UPSTREAM_QUEUE = 4;'],
    ['by up to a tenth a call', 'policies/concurrency/adaptive.ts', 'const SMOOTHING = 0.2;'],
    ['takes a tenth off', 'policies/concurrency/adaptive.ts', 'const SHRINK_ON_FAILURE = 0.9;'],
    ['one call in eight is timed', 'policies/concurrency/limit.ts', 'const TIMED_ONE_IN = 8;'],
  ],
  'docs/configuration.md': [
    ['looked at once a second', 'runtime/follower.ts', 'const INTERVAL_MS = 1000;'],
    ['lists up to ten problems', 'runtime/runtime.ts', 'const MOST_PROBLEMS = 10;'],
    ['words of up to 12 characters', 'settings/show.ts', 'const LONGEST_WORD = 12;'],
  ],
  'docs/failures.md': [
    ['six deep', 'failures/chain.ts', 'const MAX_DEPTH = 6;'],
    ['64 characters of a header', 'failures/headers.ts', 'const MAX_TEXT = 64;'],
    ['two kilobytes of a body', 'failures/body.ts', 'const MAX_BODY = 2048;'],
  ],
  'docs/fleet.md': [
    ['last 2.5 times as long as `fleet.sync`', 'fleet/rules.ts', 'const PRESENCE_TURNS = 2.5;'],
    ['capacity `max(1, 100 / n)`', 'fleet/shares.ts', 'const BUDGET_CAPACITY = 100;'],
    ['refill `10 / n` a second', 'fleet/shares.ts', 'const BUDGET_REFILL_PER_SECOND = 10;'],
    ['three operations in a row must fail', 'fleet/store/guard.ts', 'const FAILURES = 3;'],
    ['then one try after 0.5', 'fleet/store/guard.ts', 'const FIRST_WAIT_MS = 500;'],
    ['to 30 s', 'fleet/store/guard.ts', 'const LONGEST_WAIT_MS = 30_000;'],
    ['does not answer in 2 seconds', 'cli/fleet/fleet.ts', "const TIMEOUT = '2s';"],
  ],
  'docs/hedging.md': [
    ['from the last 1000 calls', 'policies/hedge/latencies.ts', 'const MAX_CALLS = 1000;'],
    ['Until 100 calls were seen', 'policies/hedge/latencies.ts', 'const MIN_CALLS = 100;'],
    ['anew every 16 calls', 'policies/hedge/latencies.ts', 'const COMPUTED_FOR = 16;'],
    ['up to 4.4 % too long', 'policies/hedge/latencies.ts', 'const STEPS = 16;'],
    ['never too short up to half an hour', 'policies/hedge/latencies.ts', 'const BUCKETS = 21 * STEPS + 1;'],
  ],
  'docs/http.md': [
    ['at most 3600', 'http/to-http.ts', 'const LONGEST_RETRY_AFTER = 3600;'],
    ['| `ConcurrencyLimitError` | 503 | 1 |', 'http/to-http.ts', 'const PERMIT_MS = 1000;'],
  ],
  'docs/logging.md': [
    ['a bucket of 10 entries', 'telemetry/bucket.ts', 'const CAPACITY = 10;'],
    ['refills by one a second', 'telemetry/bucket.ts', 'const REFILL_MS = 1000;'],
    ['after 100 of them in a row', 'telemetry/telemetry.ts', 'const MAX_NESTED = 100;'],
  ],
  'docs/openai.md': [
    ['2048 texts', 'openai/batches.ts', 'const MAX_INPUTS = 2048;'],
    ['300 000 tokens', 'openai/batches.ts', 'const MAX_TOKENS = 300_000;'],
    ['a quarter of the bytes of each text', 'openai/tokens.ts', 'const BYTES_PER_TOKEN = 4;'],
    ['4 for each message', 'openai/tokens.ts', 'const PER_MESSAGE = 4;'],
    ['256 for the answer', 'openai/tokens.ts', 'const ANSWER = 256;'],
    ['for at most 60 s', 'openai/rate-limits.ts', "const SHARED = { per: '1m', maxWait: '60s' } as const;"],
  ],
  'docs/rate-limits.md': [
    ['held nobody back for a minute', 'policies/rate-limit/state.ts', 'const REOPEN_MS = 60_000;'],
    ['the two seconds before the 429', 'policies/rate-limit/successes.ts', 'const LOOK_BACK_MS = 2000;'],
    ['at most 10 a second', 'policies/rate-limit/pace.ts', 'const MAX_UNKNOWN_RATE = 10 / 1000;'],
  ],
  'docs/retry.md': [
    ['It holds 100 tokens', 'call/retry-budget.ts', 'const CAPACITY = 100;'],
    ['adds 0.2', 'call/retry-budget.ts', 'const PER_FIRST_ATTEMPT = 0.2;'],
    ['refills by 10 a second', 'call/retry-budget.ts', 'const REFILL_PER_SECOND = 10;'],
    ['at least that long and up to 10 % longer', 'policies/retry/backoff.ts', 'const HINT_SPREAD = 0.1;'],
  ],
  'docs/time-limits.md': [['The longest limit is 24 days', 'core/clock.ts', 'const MAX_TIMER_MS = 2 ** 31 - 1;']],
};

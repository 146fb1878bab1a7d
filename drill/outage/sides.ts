import type { Settings } from 'holdfast';
import { createClient } from 'holdfast/openai';
import type { Passage } from '../passages/read-passages.js';
import { Shelf } from '../passages/shelf.js';
import { type Ask, askingThroughHoldfast, askingThroughTheSdk, embeddingThrough } from './asking.js';
import { patiently } from './patience.js';
import { QUESTIONS } from './questions.js';
import { LOAD } from './scenario.js';
import { Tally } from './tally.js';
import type { Upstream } from './upstream.js';

/** One of the two clients that the drill compares. */
export interface Side {
  readonly upstream: Upstream;
  readonly tally: Tally;
  readonly ask: Ask;
}

export interface Sides {
  readonly holdfast: Side;
  readonly sdk: Side;
}

/** The SDK's default: three attempts, as with holdfast. */
const SDK_RETRIES = 2;

/** Prepares both sides: the same model and the same time limit per request, and both warmed up. */
export async function prepareSides(
  [first, second]: readonly [Upstream, Upstream],
  settings: Settings,
  passages: readonly Passage[],
  signal: AbortSignal,
): Promise<Sides> {
  const [tally, sdkTally] = [new Tally(), new Tally()];
  const client = clientOf(first, settings, tally, 0);
  const sdkClient = clientOf(second, settings, sdkTally, SDK_RETRIES);
  const shelf = await Shelf.fill(passages, embeddingThrough(client), signal);
  const sides = {
    holdfast: { upstream: first, tally, ask: askingThroughHoldfast(client, shelf) },
    sdk: { upstream: second, tally: sdkTally, ask: askingThroughTheSdk(sdkClient, shelf) },
  };
  // The first calls of a process are slow: connections, and code that is not optimised yet.
  for (const question of QUESTIONS) {
    const asked = [sides.holdfast, sides.sdk].map(({ ask }) =>
      patiently(LOAD.patienceMs, signal, (its) => ask(question, its)),
    );
    await Promise.all(asked);
  }
  return sides;
}

/** Counts the requests where they leave the process: a server that refuses connections cannot count them. */
function clientOf(upstream: Upstream, { openai }: Settings, tally: Tally, maxRetries: number) {
  const counted: typeof fetch = (input, init) => {
    tally.countRequest();
    return fetch(input, init);
  };
  const client = createClient({ openai: { ...openai, apiKey: 'none', baseUrl: upstream.baseUrl } });
  return client.withOptions({ maxRetries, fetch: counted });
}

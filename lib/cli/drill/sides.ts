import { createClient } from '../../openai/client.js';
import type { Settings } from '../../settings/schema.js';
import type { Passage } from '../passages/read-passages.js';
import { Shelf } from '../passages/shelf.js';
import { type Ask, askingThroughHoldfast, askingThroughTheSdk, embeddingThrough } from './asking.js';
import { patiently } from './patience.js';
import { QUESTIONS } from './questions.js';
import { LOAD } from './scenario.js';
import { Tally } from './tally.js';
import type { Upstream } from './upstream.js';

/** One of the two that go through the drill. */
export interface Side {
  readonly upstream: Upstream;
  readonly tally: Tally;
  readonly ask: Ask;
}

export interface Sides {
  readonly holdfast: Side;
  readonly sdk: Side;
}

/** The SDK's own default, and one attempt and two retries as in holdfast's. */
const SDK_RETRIES = 2;

/** Gets both sides ready: the same model, address and time limit of a request, and both warm. */
export async function takeSides(
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
  // The first call of a process is slow for reasons of its own.
  for (const question of QUESTIONS) {
    const asked = [sides.holdfast, sides.sdk].map(({ ask }) =>
      patiently(LOAD.patienceMs, signal, (its) => ask(question, its)),
    );
    await Promise.all(asked);
  }
  return sides;
}

/** Counts what leaves the process: a server that refuses connections could not. */
function clientOf(upstream: Upstream, { openai }: Settings, tally: Tally, maxRetries: number) {
  const counted: typeof fetch = (input, init) => {
    tally.countRequest();
    return fetch(input, init);
  };
  const client = createClient({ openai: { ...openai, apiKey: 'none', baseUrl: upstream.baseUrl } });
  return client.withOptions({ maxRetries, fetch: counted });
}

import type { Call, Stream } from './call.js';

/**
 * Passes a stream on, both ways: what is sent or thrown into it reaches the source, which is closed on every path.
 * @param onChunk a chunk is about to be handed over
 * @param onLeave the consumer throws into the stream, or leaves it early
 * @param first what was read of the source already
 */
export async function* relay(
  source: Stream,
  onChunk?: () => void,
  onLeave?: () => void,
  first?: IteratorResult<unknown, unknown>,
): Stream {
  let result = first ?? (await source.next());
  // While the source is at work, what is thrown comes from it and has ended it.
  let atWork = false;
  try {
    while (!result.done) {
      onChunk?.();
      let sent: unknown;
      try {
        sent = yield result.value;
      } catch (thrown) {
        onLeave?.();
        atWork = true;
        result = await source.throw(thrown);
        atWork = false;
        continue;
      }
      atWork = true;
      result = await source.next(sent);
      atWork = false;
    }
    return result.value;
  } finally {
    if (!atWork && !result.done) {
      onLeave?.();
      await source.return(undefined);
    }
  }
}

/** Whether the consumer left a stream that was left: a time limit that stands around it ends it in the same way. */
export function isConsumers(left: boolean, { limit }: Call): boolean {
  return left && (limit?.ended === undefined || limit.ended.isCallers);
}

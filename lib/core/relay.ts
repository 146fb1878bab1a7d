import type { Stream } from './call.js';

/** Passes a stream on, both ways: what is sent or thrown into it reaches the source, which is closed on every path. */
export async function* relay(source: Stream, onChunk: () => void): Stream {
  let result = await source.next();
  try {
    while (!result.done) {
      onChunk();
      let sent: unknown;
      try {
        sent = yield result.value;
      } catch (thrown) {
        result = await source.throw(thrown);
        continue;
      }
      result = await source.next(sent);
    }
    return result.value;
  } finally {
    // The consumer left early. A source that has ended by itself is not disturbed by this.
    if (!result.done) await source.return(undefined);
  }
}

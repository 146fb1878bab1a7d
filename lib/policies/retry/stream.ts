import type { Call } from '../../call/call.js';
import { watchEnd } from '../../call/open-stream.js';
import type { Stream } from '../../call/policy.js';
import { type Failure, factsOf } from '../../core/failure.js';
import type { Retries } from './retries.js';

/**
 * Emits `stream_broken` if a stream fails after it was opened and a retry would have repeated the failure.
 * @param taken budget tokens that opening the stream took
 */
export function watchStream({ context, rules }: Retries, rest: Stream, call: Call, taken?: number): Stream {
  return watchEnd(rest, {
    ended: (how, error, chunks) => {
      if (how === 'completed' && taken === undefined) call.budget.earn();
      if (how === 'completed' && taken !== undefined) call.budget.putBack(taken);
      if (how !== 'failed') return;
      const failure = call.failureOf(error);
      if (isRepeatable(failure, error)) emitBroken(failure, chunks);
    },
  });

  function isRepeatable(failure: Failure, error: unknown): boolean {
    try {
      return rules.retryOn(failure, error);
    } catch {
      // The stream fails with its own error; this one is ignored.
      return false;
    }
  }

  function emitBroken(failure: Failure, chunks: number): void {
    const { circuit } = call.admission;
    context.channel('stream_broken').audience(context.clock.now())?.({
      type: 'stream_broken',
      method: context.method,
      ...(circuit && { circuit: circuit.name }),
      chunks,
      ...factsOf(failure),
    });
  }
}

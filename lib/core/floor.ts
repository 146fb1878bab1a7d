import type { Call, CallLimit, NextStream, Policy, Stream } from './call.js';
import { cutStream } from './cut-stream.js';
import { Scope } from './scope.js';

/**
 * Right around the method, where the limit of the whole call or a hedge stands further out: what runs there is given
 * the signal, and fails with it whether or not it heeds it, so that everything in between is settled at once.
 */
export const FLOOR: Policy = {
  around: (call, next) => limitOf(call).cutShort(() => next(call.self, call.args, call)),
  stream: cutCallStream,
};

async function* cutCallStream(call: Call, next: NextStream): Stream {
  const limit = limitOf(call);
  const scope = new Scope();
  const end = (): void => scope.end(limit.ended?.reason, limit.ended?.isCallers === true);
  if (limit.ended) end();
  const ignoreLimit = limit.onEnd(end);
  try {
    return yield* cutStream(next(call), scope);
  } finally {
    ignoreLimit();
  }
}

/** Whoever wants the floor has put it there. */
function limitOf(call: Call): CallLimit {
  return call.limit as CallLimit;
}

import type { CallLimit, Stream } from './call.js';

/** Which wait for a chunk it is. */
export type Wait = 'first-chunk' | 'between-chunks';

/** What may end a stream before its source does. */
export interface StreamScope extends Pick<CallLimit, 'ended' | 'onEnd'> {
  /** Whether a chunk is waited for now. */
  readonly isWaiting: boolean;
  /** Waits for the source, until the scope ends. */
  wait<T>(run: () => Promise<T>, which?: Wait): Promise<T>;
}

/** Passes a stream on, both ways, until its scope ends: then it fails at once, whether or not the source heeds it. */
export async function* cutStream(source: Stream, scope: StreamScope): Stream {
  let isDone = false;
  // Nobody may ever read on, so that what is further in has to be told now.
  const ignoreEnd = scope.onEnd(() => {
    if (!scope.isWaiting) swallow(source.throw(scope.ended?.reason));
  });
  try {
    let step = scope.wait(() => source.next(), 'first-chunk');
    for (;;) {
      const result = await step;
      if (result.done) {
        isDone = true;
        return result.value;
      }
      try {
        const sent = yield result.value;
        step = scope.wait(() => source.next(sent), 'between-chunks');
      } catch (thrown) {
        step = scope.wait(() => source.throw(thrown), 'between-chunks');
      }
    }
  } finally {
    try {
      if (scope.ended) swallow(source.return(undefined));
      else if (!isDone) await scope.wait(() => source.return(undefined));
    } finally {
      ignoreEnd();
    }
  }
}

/** What comes of it decides nothing any more. */
export function swallow(late: Promise<unknown>): void {
  late.catch(() => undefined);
}

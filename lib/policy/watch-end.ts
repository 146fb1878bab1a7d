import { callListener } from '../call/listener.js';
import { type StreamWatcher, watchEnd as watch } from '../call/open-stream.js';
import type { Stream } from '../call/policy.js';

/**
 * Adds a watcher to the stream. For a policy's `tail`. What the watcher throws is reported once, as a process warning,
 * and ignored: reader and outer policies get the stream as if nobody had watched it.
 * @returns the stream to hand on
 */
export function watchEnd(rest: Stream, watcher: StreamWatcher): Stream {
  const { waits, chunk, ended, closed } = watcher;
  const told = (name: keyof StreamWatcher, listener: () => unknown): void =>
    callListener(`watchEnd(rest, { ${name} })`, listener);
  return watch(rest, {
    ...(waits && { waits: () => told('waits', () => waits.call(watcher)) }),
    ...(chunk && { chunk: (value) => told('chunk', () => chunk.call(watcher, value)) }),
    ended: (...how) => told('ended', () => ended.apply(watcher, how)),
    ...(closed && { closed: () => told('closed', () => closed.call(watcher)) }),
  });
}

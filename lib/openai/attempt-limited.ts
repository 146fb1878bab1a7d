import { TimeLimited } from '../decorators/time-limited.js';
import { currentSignal, type PolicyDecorator, variantOf } from '../policy/index.js';
import type { CallOptions } from './call-options.js';

const ofCall = variantOf(TimeLimited, { defaults: { limit: ['openai', 'attemptTimeout'] } });

const ofStream = variantOf(TimeLimited, {
  defaults: { firstChunk: ['openai', 'firstChunk'], betweenChunks: ['openai', 'betweenChunks'] },
});

/** `@TimeLimited()` for each attempt of a service, with the limits from the settings `openai.*`. */
export function AttemptLimited(of: 'call' | 'stream' = 'call'): PolicyDecorator {
  return of === 'call' ? ofCall() : ofStream();
}

/** What the SDK is given: the signal of the attempt, which is also the caller's. */
export function attemptOptions(options: CallOptions | undefined): CallOptions {
  const signal = currentSignal() ?? options?.signal;
  return { ...options, ...(signal && { signal }) };
}

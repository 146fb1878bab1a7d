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

/** The options for the SDK, with the signal of the attempt: it also aborts with the caller's signal. */
export function attemptOptions(options: CallOptions | undefined): CallOptions {
  const signal = currentSignal() ?? options?.signal;
  return { ...options, ...(signal && { signal }) };
}

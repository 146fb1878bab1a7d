import { currentSignal } from '../call/scope.js';
import { definePolicy } from '../decorators/define-policy.js';
import { timeLimited } from '../decorators/time-limited.js';
import type { PolicyDecorator } from '../decorators/types.js';
import type { CallOptions } from './call-options.js';

const ofCall = definePolicy({
  ...timeLimited,
  defaults: { limit: ['openai', 'attemptTimeout'] },
  // When the class is defined, the limits of the settings are not known yet.
  contradictions: (options) => (Object.keys(options).length === 0 ? [] : (timeLimited.contradictions?.(options) ?? [])),
});

const ofStream = definePolicy({
  ...timeLimited,
  defaults: { firstChunk: ['openai', 'firstChunk'], betweenChunks: ['openai', 'betweenChunks'] },
  contradictions: (options) => (Object.keys(options).length === 0 ? [] : (timeLimited.contradictions?.(options) ?? [])),
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

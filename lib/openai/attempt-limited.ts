import { decorate } from '../decorators/decorate.js';
import type { Decorator, EffectiveSettings } from '../decorators/decoration.js';
import { timeLimited } from '../decorators/time-limited.js';
import type { PolicyDecorator } from '../decorators/types.js';
import { currentSignal } from '../call/scope.js';
import { resolve } from '../settings/resolve.js';
import { schema } from '../settings/schema.js';
import type { CallOptions } from './call-options.js';

type Limits = Readonly<Partial<Record<string, keyof typeof schema.openai>>>;

const OF_CALL: Limits = { limit: 'attemptTimeout' };
const OF_STREAM: Limits = { firstChunk: 'firstChunk', betweenChunks: 'betweenChunks' };

/** `@TimeLimited()` for each attempt of a service, with the limits from the settings `openai.*`. */
export function AttemptLimited(of: 'call' | 'stream' = 'call'): PolicyDecorator {
  return decorate(limitedBy(of === 'call' ? OF_CALL : OF_STREAM), []);
}

function limitedBy(limits: Limits): Decorator {
  return {
    ...timeLimited,
    // At the definition there are no limits yet that could contradict each other.
    contradictions: (options) => (Object.keys(options).length === 0 ? [] : timeLimited.contradictions(options)),
    settings: (options, layers, method, position): EffectiveSettings => {
      const given = resolve(schema.openai, 'openai', layers, {}, []);
      const own = Object.entries(timeLimited.settings(options, layers, method, position));
      const settings = own.map(([name, setting]) => {
        const key = limits[name];
        return [name, (setting.source === 'default' && key !== undefined && given[key]) || setting] as const;
      });
      return Object.fromEntries(settings);
    },
  };
}

/** What the SDK is given: the signal of the attempt, which is also the caller's. */
export function attemptOptions(options: CallOptions | undefined): CallOptions {
  const signal = currentSignal() ?? options?.signal;
  return { ...options, ...(signal && { signal }) };
}

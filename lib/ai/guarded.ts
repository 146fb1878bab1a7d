import {
  CircuitProtected,
  currentSignal,
  Hedged,
  type PolicyDecorator,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
  type TimeLimitOptions,
} from '../index.js';
import type { CallableModel, CallOptions } from './model.js';
import type { Opening } from './opening.js';
import type { ModelOptions } from './options.js';
import { type Chunk, partsOf } from './parts.js';

/** A model behind its policies. */
export interface Guarded {
  readonly generate: (opening: Opening) => Promise<object>;
  readonly stream: (opening: Opening) => AsyncGenerator<Chunk, void, undefined>;
}

/** @throws {DecorationError} for wrong options */
export function guard(model: CallableModel, circuit: string, options: ModelOptions): Guarded {
  const { retry = {}, rateLimit = {}, timeLimit, hedge } = options;
  const around = (limits: TimeLimitOptions | undefined): PolicyDecorator[] => [
    CircuitProtected({ circuit }),
    ...(retry ? [RetryOnTransient(retry)] : []),
    ...(rateLimit ? [RespectRateLimit(rateLimit)] : []),
    ...(hedge ? [Hedged(hedge)] : []),
    ...(limits ? [TimeLimited(limits)] : []),
  ];
  const isScoped = timeLimit !== undefined || hedge !== undefined;
  const callOptions = ({ options: given, signal }: Opening): CallOptions => {
    // With a time limit or a hedge, each attempt has its own signal.
    const own = isScoped ? currentSignal() : undefined;
    const abortSignal = own && signal ? AbortSignal.any([own, signal]) : (own ?? signal);
    return abortSignal === given.abortSignal ? given : { ...given, abortSignal };
  };

  async function generate(opening: Opening): Promise<object> {
    return model.doGenerate(callOptions(opening));
  }
  async function* stream(opening: Opening): AsyncGenerator<Chunk, void, undefined> {
    yield* partsOf(await model.doStream(callOptions(opening)), opening);
  }
  // The method names in events and in the settings `methods.*`.
  Object.defineProperty(generate, 'name', { value: 'LanguageModel.doGenerate' });
  Object.defineProperty(stream, 'name', { value: 'LanguageModel.doStream' });
  return {
    generate: around(ofAnswer(timeLimit)).reduceRight((inner, policy) => policy(inner), generate),
    stream: around(ofStream(timeLimit)).reduceRight((inner, policy) => policy(inner), stream),
  };
}

function ofAnswer(given: ModelOptions['timeLimit']): TimeLimitOptions | undefined {
  if (typeof given === 'string') return { limit: given };
  return given?.limit === undefined ? undefined : { limit: given.limit };
}

function ofStream(given: ModelOptions['timeLimit']): TimeLimitOptions | undefined {
  return typeof given === 'string' ? { firstChunk: given } : given;
}

import {
  ConfigurationError,
  type Duration,
  type HedgeOptions,
  type RateLimitOptions,
  type RetryOptions,
  type TimeLimitOptions,
} from '../index.js';
import type { CallableModel, LanguageModelLike } from './model.js';

/** Options of `resilientModel()`. */
export interface ModelOptions {
  /**
   * The name of the first model's circuit. The circuits of the next models get the suffixes `#2`, `#3`.
   * @default `<provider>/<modelId>` of each model; a repeated name gets the suffix `#2`, `#3`
   */
  readonly circuit?: string;
  /**
   * Options of `@RetryOnTransient()`. `false`: nothing is retried. Unset options come from the settings `retry.*`.
   * @default {}
   */
  readonly retry?: Omit<RetryOptions, 'signal'> | false;
  /**
   * Options of `@RespectRateLimit()`. `false`: no wait after a 429. Unset options come from the settings `rateLimit.*`.
   * @default {}
   */
  readonly rateLimit?: Omit<RateLimitOptions, 'gate'> | false;
  /**
   * How long each attempt may take. A duration limits the whole answer of `doGenerate`, and for streams the wait for
   * the first content. An object limits answers by its `limit`, and streams by all its options. @default none
   */
  readonly timeLimit?: Duration | Omit<TimeLimitOptions, 'signal'>;
  /** Options of `@Hedged()`. @default none */
  readonly hedge?: HedgeOptions;
  /**
   * When the next model is called. `'open'`: while the circuit of the model before it is open. `'failure'`: also after
   * a final failure of the model before it, whatever the kind. Cancelled calls never go to the next model.
   * @default 'failure'
   */
  readonly fallbackOn?: 'open' | 'failure';
}

const KNOWN: ReadonlySet<string> = new Set(['circuit', 'retry', 'rateLimit', 'timeLimit', 'hedge', 'fallbackOn']);

/** @throws {ConfigurationError} that lists every problem */
export function checkOptions(options: ModelOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError(['resilientModel: expected an object of options']);
  const problems = Object.keys(options)
    .filter((name) => !KNOWN.has(name))
    .map((name) => `resilientModel: unknown option "${name}". Known: ${[...KNOWN].join(', ')}`);
  const { circuit, fallbackOn } = options;
  if (circuit !== undefined && (typeof circuit !== 'string' || circuit === ''))
    problems.push('resilientModel: circuit: expected a name');
  if (fallbackOn !== undefined && fallbackOn !== 'open' && fallbackOn !== 'failure')
    problems.push("resilientModel: fallbackOn: expected 'open' or 'failure'");
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/**
 * Checks the models and returns them as a list.
 * @throws {ConfigurationError} for values that are not models, and for models of different specifications
 */
export function modelsOf(given: LanguageModelLike | readonly LanguageModelLike[]): readonly CallableModel[] {
  const models = (Array.isArray(given) ? given : [given]) as readonly CallableModel[];
  if (models.length === 0)
    throw new ConfigurationError(['resilientModel: expected at least one model, got an empty list']);
  const problems = models.flatMap((model, at) =>
    isModel(model) ? [] : [noModel(model, models.length > 1 ? at : undefined)],
  );
  const versions = new Set(models.map((model) => model?.specificationVersion));
  if (problems.length === 0 && versions.size > 1)
    problems.push(
      `resilientModel: expected models of one specification, got ${[...versions].join(' and ')}: use providers of one major version`,
    );
  if (problems.length > 0) throw new ConfigurationError(problems);
  return models;
}

function isModel(value: unknown): boolean {
  const { doGenerate, doStream } = (value ?? {}) as Partial<CallableModel>;
  return typeof doGenerate === 'function' && typeof doStream === 'function';
}

function noModel(value: unknown, at: number | undefined): string {
  const where = at === undefined ? 'resilientModel' : `resilientModel: model ${at + 1}`;
  const kind = value === null ? 'null' : typeof value;
  const instead = kind === 'string' ? "openai('gpt-5-mini'), not its id" : "openai('gpt-5-mini')";
  return `${where}: expected a language model with doGenerate() and doStream(), got a value of type ${kind}. Write: ${instead}`;
}

import { CircuitOpenError } from '../index.js';
import { guard, type Guarded } from './guarded.js';
import type { CallableModel, CallOptions, LanguageModelLike, StreamResult } from './model.js';
import { Opening } from './opening.js';
import { checkOptions, type ModelOptions, modelsOf } from './options.js';
import { OuterRetries } from './outer-retries.js';
import { type Head, readable } from './parts.js';
import { urlsOfAll } from './supported-urls.js';

/**
 * Makes a language model of the AI SDK that retries transient failures, waits for rate limits, and stops calling a
 * failing provider. Several models are tried in order, each with its own circuit. The next model is called while the
 * circuit of the model before it is open, and after its final failure. Streams can be retried and can go to the next
 * model only before their first content.
 *
 * Use it with `maxRetries: 0`: the retries of `generateText` and similar functions would multiply with these.
 * @throws {ConfigurationError} for wrong options, and for values that are not models
 */
export function resilientModel<M extends LanguageModelLike>(model: M | readonly M[], options: ModelOptions = {}): M {
  checkOptions(options);
  const models = modelsOf(model);
  const names = circuitNames(models, options.circuit);
  const guarded = models.map((each, at) => guard(each, names[at] as string, options));
  const isHandedOn =
    options.fallbackOn === 'open' ? (error: unknown) => error instanceof CircuitOpenError : (): boolean => true;
  const outer = new OuterRetries();

  /** Calls one model after the other until one answers. */
  async function inTurn<T>(given: CallOptions, ask: (model: Guarded, opening: Opening) => Promise<T>): Promise<T> {
    outer.noteCall(given.prompt);
    const opening = new Opening(given);
    const failures: unknown[] = [];
    for (const each of guarded) {
      try {
        return await ask(each, opening);
      } catch (error) {
        failures.push(error);
        if (opening.signal?.aborted || !isHandedOn(error)) break;
      }
    }
    outer.noteFailure(given.prompt);
    throw decisive(failures);
  }

  const [first] = models as [CallableModel];
  const resilient: CallableModel = {
    specificationVersion: first.specificationVersion,
    provider: first.provider,
    modelId: first.modelId,
    get supportedUrls() {
      return urlsOfAll(models);
    },
    doGenerate: (given) => inTurn(given, ({ generate }, opening) => generate.call(outer, opening)),
    doStream: (given) =>
      inTurn(given, async ({ stream }, opening): Promise<StreamResult> => {
        const parts = stream.call(outer, opening);
        const { value } = await parts.next();
        const head = value as Head;
        return { ...head.result, stream: readable(head, parts, opening) };
      }),
  };
  return resilient as LanguageModelLike as M;
}

function circuitNames(models: readonly CallableModel[], circuit: string | undefined): string[] {
  const times = new Map<string, number>();
  return models.map(({ provider, modelId }) => {
    const name = circuit ?? `${provider}/${modelId}`;
    const nth = (times.get(name) ?? 0) + 1;
    times.set(name, nth);
    return nth === 1 ? name : `${name}#${nth}`;
  });
}

/** The error of the call: the last failure of a model that was called, else the rejection with the shortest wait. */
function decisive(failures: readonly unknown[]): unknown {
  const asked = failures.findLast((error) => !(error instanceof CircuitOpenError));
  if (asked !== undefined) return asked;
  const refusals = failures as readonly CircuitOpenError[];
  return refusals.reduce((soonest, refusal) => (refusal.retryAfterMs < soonest.retryAfterMs ? refusal : soonest));
}

import type OpenAI from 'openai';
import { ConfigurationError } from '../core/errors.js';
import { count, type Field, format, name } from '../core/field.js';
import { read } from '../failures/reading.js';
import { checkFields, type Problems, textsOf } from '../settings/check.js';

const model: Field<string> = { doc: 'The model of every request.', format: name };
const dimensions: Field<number> = { doc: 'The length of every vector.', format: count() };

/** A client of the package `openai`, or anything else that has the method that the service calls. */
function clientWith(...path: readonly string[]): Field<unknown> {
  const fits = (value: unknown): boolean => typeof path.reduce(read, value) === 'function';
  const expected = `a client with ${path.join('.')}(), such as new OpenAI()`;
  return {
    doc: 'Sends the requests.',
    format: format(expected, (value) => (fits(value) ? value : undefined)),
    sensitive: true,
  };
}

const FIELDS = {
  EmbeddingService: { client: clientWith('embeddings', 'create'), model, dimensions },
  GenerationService: { client: clientWith('chat', 'completions', 'create'), model },
  ResponsesService: { client: clientWith('responses', 'create'), model },
};

interface ServiceOptions {
  readonly client?: OpenAI;
  readonly model?: string;
  readonly dimensions?: number;
}

/**
 * The options of a service. A name that is misspelt must not be ignored: without its client, a service would use the key
 * of the settings.
 * @throws {ConfigurationError} that lists every problem
 */
export function checkedOptions(service: keyof typeof FIELDS, options: unknown): ServiceOptions {
  const problems: Problems = [];
  if (FIELDS[service].client.format.read(options, 'code') !== undefined)
    throw new ConfigurationError([`${service}: expected options, got a client. Write: new ${service}({ client })`]);
  const checked = checkFields(FIELDS[service], options, [service], 'code', problems);
  if (problems.length > 0) throw new ConfigurationError(textsOf(problems));
  return checked;
}

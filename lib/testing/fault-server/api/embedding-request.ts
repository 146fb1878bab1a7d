import { estimateTokens } from '../text/tokens.js';
import type { Answer } from './answer.js';
import { invalidRequest } from './error.js';

/** The API's limits (https://platform.openai.com/docs/api-reference/embeddings/create); tokens are estimated. */
const MOST_INPUTS = 2048;
const MOST_TOKENS_PER_INPUT = 8192;
const MOST_TOKENS = 300_000;
const DEFAULT_DIMENSIONS = 1536;
const MOST_DIMENSIONS = 3072;

export interface EmbeddingRequest {
  readonly model: string;
  readonly inputs: readonly string[];
  readonly dimensions: number;
  readonly base64: boolean;
  readonly tokens: number;
}

/** The request, or the 400 answer to an invalid one. */
export function readEmbeddingRequest(body: Readonly<Record<string, unknown>>): EmbeddingRequest | Answer {
  const { model, input, dimensions = DEFAULT_DIMENSIONS, encoding_format: format = 'float' } = body;
  if (typeof model !== 'string') return invalidRequest('you must provide a model parameter');
  const inputs = inputsOf(input);
  if (inputs === undefined || inputs.length === 0) return wrongInput('expected a string or an array of strings.');
  if (inputs.length > MOST_INPUTS) return wrongInput(`expected at most ${MOST_INPUTS} inputs, got ${inputs.length}.`);
  if (inputs.includes('')) return wrongInput('input cannot be an empty string.');
  const tokens = inputs.map(estimateTokens);
  const longest = Math.max(...tokens);
  if (longest > MOST_TOKENS_PER_INPUT) {
    return wrongInput(`maximum input length is ${MOST_TOKENS_PER_INPUT} tokens, got about ${longest}.`);
  }
  const total = tokens.reduce((sum, each) => sum + each, 0);
  if (total > MOST_TOKENS) return wrongInput(`maximum request size is ${MOST_TOKENS} tokens, got about ${total}.`);
  if (!isDimensions(dimensions)) {
    const message = `Invalid 'dimensions': expected an integer from 1 to ${MOST_DIMENSIONS}, got ${String(dimensions)}.`;
    return invalidRequest(message, 'dimensions');
  }
  if (format !== 'float' && format !== 'base64') {
    return invalidRequest("Invalid 'encoding_format': expected 'float' or 'base64'.", 'encoding_format');
  }
  return { model, inputs, dimensions, base64: format === 'base64', tokens: total };
}

/** The texts to embed. An input is a text or a list of token numbers; the numbers are joined to a text. */
function inputsOf(input: unknown): string[] | undefined {
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input)) return undefined;
  if (input.length > 0 && input.every(isToken)) return [input.join(' ')];
  const texts = input.map((each: unknown) => (Array.isArray(each) && each.every(isToken) ? each.join(' ') : each));
  return texts.every((text): text is string => typeof text === 'string') ? texts : undefined;
}

function isToken(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

function isDimensions(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_DIMENSIONS;
}

function wrongInput(problem: string): Answer {
  return invalidRequest(`Invalid 'input': ${problem}`, 'input');
}

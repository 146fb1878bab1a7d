import { read } from '../failures/reading.js';

/** Bytes of UTF-8 per token, approximately. English has slightly more; for other scripts it is about right. */
const BYTES_PER_TOKEN = 4;
/** The tokens of each message in addition to its text. */
const PER_MESSAGE = 4;
/** The estimated tokens of an answer. */
const ANSWER = 256;

/** The approximate number of tokens of texts: at least one for each text. */
export function tokensOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Math.max(1, Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)), 0);
}

/** The approximate number of tokens of a conversation and its answer. */
export function tokensOfChat(messages: readonly { readonly content?: unknown }[]): number {
  const texts = messages.map(({ content }) => (typeof content === 'string' ? content : ''));
  return tokensOf(texts) + messages.length * PER_MESSAGE + ANSWER;
}

/** The approximate number of tokens of a request of the Responses API and its answer. */
export function tokensOfRequest(request: object): number {
  const instructions = read(request, 'instructions');
  const input = read(request, 'input');
  const items: readonly unknown[] = Array.isArray(input) ? input : [input];
  const messages = typeof instructions === 'string' ? [instructions, ...items] : items;
  const most = read(request, 'max_output_tokens');
  const answer = typeof most === 'number' ? Math.min(most, ANSWER) : ANSWER;
  return tokensOf(messages.flatMap(textsOf)) + messages.length * PER_MESSAGE + answer;
}

/** The texts of an item of a request, including those of its parts. */
function textsOf(item: unknown): string[] {
  if (typeof item === 'string') return [item];
  if (Array.isArray(item)) return item.flatMap(textsOf);
  return ['content', 'text', 'output', 'arguments'].flatMap((key) => {
    const text = read(item, key);
    return typeof text === 'string' || Array.isArray(text) ? textsOf(text) : [];
  });
}

/**
 * The number of tokens that the API counted. For streams, it is in the last chunk, or in the response of the last
 * event. Undefined if the API returned no number.
 */
export function tokensUsed(response: unknown): number | undefined {
  const usage = read(response, 'usage') ?? read(read(response, 'response'), 'usage');
  const total = read(usage, 'total_tokens');
  return typeof total === 'number' && total >= 0 ? total : undefined;
}

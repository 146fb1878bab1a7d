import { read } from '../failures/reading.js';

/** Bytes of UTF-8 that are about one token: somewhat fewer than English has, and about right for other scripts. */
const BYTES_PER_TOKEN = 4;
/** What each message costs beyond its text. */
const PER_MESSAGE = 4;
/** What an answer is taken to cost before it is known. */
const ANSWER = 256;

/** About how many tokens texts have; never fewer than one for each. */
export function tokensOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Math.max(1, Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)), 0);
}

/** About how many tokens a conversation takes, its answer included. */
export function tokensOfChat(messages: readonly { readonly content?: unknown }[]): number {
  const texts = messages.map(({ content }) => (typeof content === 'string' ? content : ''));
  return tokensOf(texts) + messages.length * PER_MESSAGE + ANSWER;
}

/** The same for a request of the Responses API. */
export function tokensOfRequest(request: object): number {
  const instructions = read(request, 'instructions');
  const input = read(request, 'input');
  const items: readonly unknown[] = Array.isArray(input) ? input : [input];
  const messages = typeof instructions === 'string' ? [instructions, ...items] : items;
  const most = read(request, 'max_output_tokens');
  const answer = typeof most === 'number' ? Math.min(most, ANSWER) : ANSWER;
  return tokensOf(messages.flatMap(textsOf)) + messages.length * PER_MESSAGE + answer;
}

/** The texts of an item of a request: its own, and those of its parts. */
function textsOf(item: unknown): string[] {
  if (typeof item === 'string') return [item];
  if (Array.isArray(item)) return item.flatMap(textsOf);
  return ['content', 'text', 'output', 'arguments'].flatMap((key) => {
    const text = read(item, key);
    return typeof text === 'string' || Array.isArray(text) ? textsOf(text) : [];
  });
}

/**
 * How many tokens the API has counted; for a stream, in its last chunk, or in the response that its last event holds.
 * Undefined if it says nothing.
 */
export function tokensUsed(response: unknown): number | undefined {
  const usage = read(response, 'usage') ?? read(read(response, 'response'), 'usage');
  const total = read(usage, 'total_tokens');
  return typeof total === 'number' && total >= 0 ? total : undefined;
}

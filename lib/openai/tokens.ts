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

/** How many tokens the API has counted; for a stream, in its last chunk. Undefined if it says nothing. */
export function tokensUsed(response: unknown): number | undefined {
  const total = read(read(response, 'usage'), 'total_tokens');
  return typeof total === 'number' && total >= 0 ? total : undefined;
}

/** The approximate number of tokens of a text: by OpenAI's rule for English, four characters per token. */
export function estimateTokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

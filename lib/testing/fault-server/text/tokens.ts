/** About how many tokens a text is: OpenAI's own rule of thumb for English is four characters each. */
export function estimateTokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

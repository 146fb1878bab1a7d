/** What a caller reads while the upstream is left alone. */
export function getFallbackResponse(): string {
  return "I'm temporarily unable to process your request due to high demand. Please try again in a moment.";
}

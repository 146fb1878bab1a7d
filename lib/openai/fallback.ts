/** The answer to a caller while the circuit rejects calls. */
export function getFallbackResponse(): string {
  return "I'm temporarily unable to process your request due to high demand. Please try again in a moment.";
}

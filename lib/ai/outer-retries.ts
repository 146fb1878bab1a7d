/**
 * Represents the retries of `generateText` and `streamText`. The event `retries_multiplied` shows the name of its class
 * and its `maxRetries`.
 */
const SDK_RETRIES = new (class generateText {
  /** The AI SDK's default. */
  readonly maxRetries = 2;
})();

/** Detects that the AI SDK repeats a failed call: it passes the same prompt object again. */
export class OuterRetries {
  readonly #failed = new WeakSet<object>();
  /** The retry looks for clients with `maxRetries` among the properties of `this`. */
  client: object | undefined;

  noteCall(prompt: unknown): void {
    if (isObject(prompt) && this.#failed.has(prompt)) this.client = SDK_RETRIES;
  }

  noteFailure(prompt: unknown): void {
    if (isObject(prompt)) this.#failed.add(prompt);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/**
 * What `generateText` and `streamText` are to a model that they call: something that repeats the call when it failed.
 * Its class and its `maxRetries` are what the event `retries_multiplied` is made of.
 */
const SDK_RETRIES = new (class generateText {
  /** The AI SDK's default. */
  readonly maxRetries = 2;
})();

/** Notices that calls are repeated from outside: the AI SDK hands the very same prompt to the model again. */
export class OuterRetries {
  readonly #failed = new WeakSet<object>();
  /** Found by the retry among the properties of what its method is called on. */
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

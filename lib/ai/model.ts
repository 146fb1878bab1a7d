// The used parts of the AI SDK's language models. They have the same names in its versions 5, 6 and 7.

/** A `model` for `streamText` and similar functions: specification v2 (AI SDK 5), v3 (6) or v4 (7). */
export interface LanguageModelLike {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: PromiseLike<SupportedUrls> | SupportedUrls;
  // With `never`, a model fits whatever the type of its own options is.
  doGenerate(options: never): PromiseLike<object>;
  doStream(options: never): PromiseLike<{ readonly stream: object }>;
}

/** Patterns of the URLs that a model reads itself, by media type. */
export type SupportedUrls = Record<string, RegExp[]>;

/** The options of one call. */
export interface CallOptions {
  readonly prompt?: unknown;
  readonly abortSignal?: AbortSignal | undefined;
}

/** One part of a stream. */
export interface Part {
  readonly type: string;
  /** Set for a part of the type `error`. */
  readonly error?: unknown;
}

export interface StreamResult {
  readonly stream: ReadableStream<Part>;
}

/** A model with the types that `resilientModel()` uses to call it. */
export interface CallableModel extends Omit<LanguageModelLike, 'doGenerate' | 'doStream'> {
  doGenerate(options: CallOptions): PromiseLike<object>;
  doStream(options: CallOptions): PromiseLike<StreamResult>;
}

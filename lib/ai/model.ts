// The parts of the AI SDK's language models that are used. Its versions 5, 6 and 7 name them alike.

/** What `streamText` and the others may be given as `model`: specification v2 (AI SDK 5), v3 (6) and v4 (7). */
export interface LanguageModelLike {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: PromiseLike<SupportedUrls> | SupportedUrls;
  // `never` takes a model's own options, whatever their type.
  doGenerate(options: never): PromiseLike<object>;
  doStream(options: never): PromiseLike<{ readonly stream: object }>;
}

/** Patterns of the URLs that a model reads by itself, by media type. */
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

/** A model as it is called. */
export interface CallableModel extends Omit<LanguageModelLike, 'doGenerate' | 'doStream'> {
  doGenerate(options: CallOptions): PromiseLike<object>;
  doStream(options: CallOptions): PromiseLike<StreamResult>;
}

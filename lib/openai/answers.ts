import { MalformedResponseError, StreamFailureError } from '../core/errors.js';
import { read, readText } from '../failures/reading.js';
import { KIND_BY_CODE } from '../failures/families/llm.js';

// A response with the status 200 may hold anything: the SDK returns a page of HTML as a string, an empty body as
// undefined, and an error as an object.

/**
 * The text of a completion.
 * @throws {MalformedResponseError} for anything that is not a completion
 */
export function answerOf(completion: unknown): string {
  const message = read(firstChoice(completion), 'message');
  const text = readText(message, 'content') ?? readText(message, 'refusal');
  if (text === undefined) throw new MalformedResponseError('The completion holds no answer.');
  return text;
}

/** One chunk of a streamed completion: its text, which may be empty, and whether it is the last chunk. */
export interface Chunk {
  readonly text: string;
  readonly isLast: boolean;
}

/**
 * @throws {StreamFailureError} for an error that the upstream reports inside the stream
 * @throws {MalformedResponseError} for anything else that is not a chunk
 */
export function chunkOf(event: unknown): Chunk {
  refuseError(event);
  if (!Array.isArray(read(event, 'choices')))
    throw new MalformedResponseError('The stream holds something that is not a chunk.');
  const choice = firstChoice(event);
  const delta = read(choice, 'delta');
  return {
    text: readText(delta, 'content') ?? readText(delta, 'refusal') ?? '',
    isLast: readText(choice, 'finish_reason') !== undefined,
  };
}

/** Throws errors inside a stream. The SDK throws some of them, but not all versions throw errors without `error`. */
export function refuseError(event: unknown): void {
  for (const source of [read(event, 'error'), event]) {
    const code = [readText(source, 'code'), readText(source, 'type')].find((word) => KIND_BY_CODE.has(word));
    if (code !== undefined) throw new StreamFailureError(code);
  }
}

function firstChoice(from: unknown): unknown {
  return read(read(from, 'choices'), '0');
}

import { MalformedResponseError, StreamFailureError } from '../core/errors.js';
import { read, readText } from '../failures/reading.js';
import { KIND_BY_CODE } from '../failures/families/llm.js';

// A 200 may hold anything: a page of HTML arrives as a string, an empty body as undefined, an error as an object.

/**
 * The text of a completion.
 * @throws {MalformedResponseError} for anything that is no completion
 */
export function answerOf(completion: unknown): string {
  const message = read(firstChoice(completion), 'message');
  const text = readText(message, 'content') ?? readText(message, 'refusal');
  if (text === undefined) throw new MalformedResponseError('The completion holds no answer.');
  return text;
}

/** One chunk of a streamed completion: its text, which may be empty, and whether it is the last one. */
export interface Chunk {
  readonly text: string;
  readonly isLast: boolean;
}

/**
 * @throws {StreamFailureError} for an error that the upstream reports inside the stream
 * @throws {MalformedResponseError} for anything else that is no chunk
 */
export function chunkOf(event: unknown): Chunk {
  refuseError(event);
  if (!Array.isArray(read(event, 'choices')))
    throw new MalformedResponseError('The stream holds something that is no chunk.');
  const choice = firstChoice(event);
  const delta = read(choice, 'delta');
  return {
    text: readText(delta, 'content') ?? readText(delta, 'refusal') ?? '',
    isLast: readText(choice, 'finish_reason') !== undefined,
  };
}

/** The SDK throws errors that come inside a stream, but not the flat ones of every version. */
export function refuseError(event: unknown): void {
  for (const source of [read(event, 'error'), event]) {
    const code = [readText(source, 'code'), readText(source, 'type')].find((word) => KIND_BY_CODE.has(word));
    if (code !== undefined) throw new StreamFailureError(code);
  }
}

function firstChoice(from: unknown): unknown {
  return read(read(from, 'choices'), '0');
}

import { MalformedResponseError, StreamFailureError } from '../core/errors.js';
import { read, readText } from '../failures/reading.js';
import { KIND_BY_CODE } from '../failures/families/llm.js';
import { refuseError } from './answers.js';

// The Responses API reports failures inside answers with the status 200, whole or streamed. The SDK does not throw
// them.

/**
 * Codes of failed responses, and the known code for each. A code that is unknown here and to the classifier means
 * `server`.
 */
const WORDS: ReadonlyMap<string | undefined, string> = new Map([
  ['vector_store_timeout', 'timeout'],
  ...[
    'data_residency_mismatch',
    'bio_policy',
    'cyber_policy',
    'invalid_image',
    'invalid_image_format',
    'invalid_base64_image',
    'invalid_image_url',
    'image_too_large',
    'image_too_small',
    'image_parse_error',
    'image_content_policy_violation',
    'invalid_image_mode',
    'image_file_too_large',
    'unsupported_image_media_type',
    'empty_image_file',
    'failed_to_download_image',
    'image_file_not_found',
  ].map((code): [string, string] => [code, 'invalid_request_error']),
]);

const SERVER_ERROR = 'server_error';

/**
 * The response, if it did not fail.
 * @throws {StreamFailureError} if it failed
 * @throws {MalformedResponseError} for an answer that is not a response
 */
export function responseOf<R>(response: R): R {
  refuseFailed(response);
  if (readText(response, 'id') === undefined || !Array.isArray(read(response, 'output')))
    throw new MalformedResponseError('The answer is not a response.');
  return response;
}

/** The beginning of JavaScript's error message if a property of a non-object is read. The value itself may follow. */
const NO_OBJECT = /^Cannot (use 'in' operator|read propert)/;

/**
 * Replaces the TypeError that the SDK throws for an answer that is not an object, such as a page of HTML or an empty
 * body.
 * @throws {MalformedResponseError} for that error, without the answer's text; rethrows any other error unchanged
 */
export function refuseBroken(error: unknown): never {
  if (error instanceof TypeError && NO_OBJECT.test(error.message))
    throw new MalformedResponseError('The answer is not a response.');
  throw error;
}

/** Events without content. */
const BEFORE_CONTENT: ReadonlySet<string> = new Set(['response.created', 'response.queued', 'response.in_progress']);
/** Events that end a stream without a failure. An incomplete response reached a limit that the request set. */
const LAST: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete']);

/** The position of an event in its stream. */
export interface EventFacts {
  readonly isBeforeContent: boolean;
  readonly isLast: boolean;
}

/**
 * @throws {StreamFailureError} for an event that says that the response failed
 * @throws {MalformedResponseError} for anything that is not an event
 */
export function eventFacts(event: unknown): EventFacts {
  const type = readText(event, 'type');
  if (type === 'response.failed') refuseFailed(read(event, 'response') ?? { status: 'failed' });
  if (type === 'error') throw new StreamFailureError(wordOf(event));
  refuseError(event);
  if (type === undefined) throw new MalformedResponseError('The stream holds something that is not an event.');
  return { isBeforeContent: BEFORE_CONTENT.has(type), isLast: LAST.has(type) };
}

function refuseFailed(response: unknown): void {
  if (readText(response, 'status') === 'failed') throw new StreamFailureError(wordOf(read(response, 'error')));
}

/** The known code of an error: a fixed word, never text of the upstream. */
function wordOf(error: unknown): string {
  const code = readText(error, 'code');
  return WORDS.get(code) ?? (code !== undefined && KIND_BY_CODE.has(code) ? code : SERVER_ERROR);
}

import { type Answer, jsonAnswer } from '../api/answer.js';
import { errorFields } from '../api/error.js';
import { eventOf, failedResponse, RESPONSES_PATH } from '../api/responses.js';
import type { Exchange } from '../exchange.js';
import type { ResponseFailed } from '../faults/stream-fault.js';
import { bytesOf, misuse, send, sendPieces } from './send.js';
import { givenFields } from './status-answer.js';

/** The default number of events before the failure: the two that announce the response. */
const AFTER_CHUNKS = 2;

/** Lets a response fail after a correct start. */
export async function failResponse(exchange: Exchange, fault: ResponseFailed, healthy: Answer): Promise<void> {
  const { path, body, requestId } = exchange.request;
  if (path !== RESPONSES_PATH) return send(exchange, misuse(`'${fault.type}' needs a request for a response`));
  const { code, message } = errorFields(500, { code: 'server_error', ...givenFields(fault) });
  const id = requestId.replace('req_', 'resp_');
  const response = failedResponse(body as Readonly<Record<string, unknown>>, id, { code, message });
  // The request is invalid.
  if (response === undefined || healthy.status !== 200) return send(exchange, healthy);
  if (healthy.chunks === undefined) return send(exchange, jsonAnswer(200, response));
  const sent = bytesOf(healthy).slice(0, Math.min(fault.afterChunks ?? AFTER_CHUNKS, healthy.chunks));
  if (!(await sendPieces(exchange, healthy, sent))) return;
  const failed = eventOf({ type: 'response.failed', ...{ response } }, sent.length);
  if (await exchange.write(Buffer.from(failed))) exchange.end();
}

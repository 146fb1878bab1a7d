import { type Answer, sse } from '../api/answer.js';
import { errorFields } from '../api/error.js';
import { RESPONSES_PATH } from '../api/responses.js';
import type { Exchange } from '../exchange.js';
import type {
  StreamComments,
  StreamCut,
  StreamDrip,
  StreamError,
  StreamStall,
  StreamUnfinished,
} from '../faults/stream-fault.js';
import { bytesOf, misuse, send, sendPieces } from './send.js';
import { givenFields } from './status-answer.js';

export type StreamFault = StreamCut | StreamError | StreamStall | StreamComments | StreamUnfinished | StreamDrip;

/** The default number of chunks before a fault: the role and one word, so that the stream has visibly begun. */
const AFTER_CHUNKS = 2;

/** The default pause between events or comments, in milliseconds. */
const EVERY_MS = 50;

/** Performs a fault in a stream after a correct start. */
export async function breakStream(exchange: Exchange, fault: StreamFault, healthy: Answer): Promise<void> {
  const { chunks, status } = healthy;
  if (chunks === undefined) {
    const needed = misuse(`'${fault.type}' needs a request for a chat or a response with \`stream: true\``);
    return send(exchange, status === 200 ? needed : healthy);
  }
  if (fault.type === 'stream-drip') return send(exchange, healthy, { everyMs: fault.everyMs ?? EVERY_MS });
  const sent = bytesOf(healthy).slice(0, Math.min(fault.afterChunks ?? defaultChunks(fault), chunks));
  const options =
    fault.type === 'stream-cut' ? { framing: fault.framing ?? 'chunked', keepAlive: fault.keepAlive ?? true } : {};
  if (!(await sendPieces(exchange, healthy, sent, options))) return;
  switch (fault.type) {
    case 'stream-cut':
      return exchange.cut(fault.by ?? 'reset');
    case 'stream-error':
      return finish(exchange, errorEvent(fault, exchange.request.path === RESPONSES_PATH));
    case 'stream-unfinished':
      return finish(exchange, fault.done === true ? sse('[DONE]') : '');
    case 'stream-comments':
      return keepCommenting(exchange, fault.everyMs ?? EVERY_MS);
    case 'stream-stall':
      return;
  }
}

function defaultChunks(fault: Exclude<StreamFault, StreamDrip>): number {
  if (fault.type === 'stream-comments') return 0;
  return fault.type === 'stream-unfinished' ? Infinity : AFTER_CHUNKS;
}

function errorEvent(fault: StreamError, isResponses: boolean): string {
  const error = errorFields(500, { code: 'server_error', ...givenFields(fault) });
  // In the Responses API, `type` is the type of the event, not of the error.
  if (isResponses && fault.shape === 'flat') return sse(JSON.stringify({ ...error, type: 'error' }), 'error');
  return sse(JSON.stringify(fault.shape === 'flat' ? error : { error }), 'error');
}

async function finish(exchange: Exchange, lastText: string): Promise<void> {
  if (await exchange.write(Buffer.from(lastText))) exchange.end();
}

async function keepCommenting(exchange: Exchange, everyMs: number): Promise<void> {
  // Without a pause, the comments would fill the socket before a reader in this process could run.
  const pause = Math.max(1, everyMs);
  const comment = Buffer.from(': keep-alive\n\n');
  while (await exchange.write(comment)) {
    if (!(await exchange.pause(pause))) return;
  }
}

import { type Answer, JSON_TYPE, jsonAnswer } from '../api/answer.js';
import { errorAnswer, errorFields } from '../api/error.js';
import type { Exchange } from '../exchange.js';
import type {
  BodyCut,
  BodyDrip,
  BodyStall,
  EmptyBody,
  ErrorBody,
  HtmlBody,
  MalformedJson,
} from '../faults/body-fault.js';
import { bytesOf, send, sendPieces } from './send.js';
import { givenFields } from './status-answer.js';

const SIGN_IN_PAGE = '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>';

/** The default pause between two bytes of a dripping body, in milliseconds. */
const DRIP_MS = 50;

/** Cuts, stops or slows the transfer of a correct answer. */
export async function breakTransfer(
  exchange: Exchange,
  fault: BodyCut | BodyStall | BodyDrip,
  healthy: Answer,
): Promise<void> {
  switch (fault.type) {
    case 'body-cut': {
      const body = wholeBody(healthy);
      const {
        afterBytes = Math.floor(body.length / 2),
        framing = 'content-length',
        by = 'reset',
        keepAlive = true,
      } = fault;
      // At least one byte is not sent: otherwise the answer would be complete.
      const sent = body.subarray(0, Math.min(afterBytes, body.length - 1));
      if (await sendPieces(exchange, healthy, [sent], { framing, keepAlive })) await exchange.cut(by);
      return;
    }
    case 'body-stall': {
      const { status = healthy.status } = fault;
      const answer = status >= 400 ? errorAnswer(status) : { ...healthy, status };
      const body = wholeBody(answer);
      await sendPieces(exchange, answer, [body.subarray(0, Math.floor(body.length / 2))]);
      return;
    }
    case 'body-drip': {
      const body = wholeBody(healthy);
      const bytes = Array.from(body, (_, at) => body.subarray(at, at + 1));
      if (await sendPieces(exchange, healthy, bytes, { everyMs: fault.everyMs ?? DRIP_MS })) exchange.end();
      return;
    }
  }
}

/** Sends a complete answer with a wrong body. */
export function sendWrongBody(
  exchange: Exchange,
  fault: MalformedJson | HtmlBody | EmptyBody | ErrorBody,
  healthy: Answer,
): Promise<void> {
  switch (fault.type) {
    case 'malformed-json':
      return send(exchange, malformed(healthy, fault.text));
    case 'html': {
      const headers = { 'content-type': 'text/html; charset=utf-8' };
      return send(exchange, { status: 200, headers, pieces: [fault.text ?? SIGN_IN_PAGE] });
    }
    case 'empty':
      return send(exchange, { status: 200, headers: JSON_TYPE, pieces: [''] });
    case 'error-body':
      return send(exchange, jsonAnswer(200, { error: errorFields(500, givenFields(fault)) }));
  }
}

/** Breaks the JSON. In a stream, only the first event with a word is broken, so that the fault comes in the middle. */
function malformed(healthy: Answer, text: string | undefined): Answer {
  const broken = healthy.chunks === undefined ? 0 : 1;
  const pieces = healthy.pieces.map((piece, at) => {
    if (at !== broken) return piece;
    if (text !== undefined) return broken === 0 ? text : `data: ${text}\n\n`;
    return piece.includes('null') ? piece.replace('null', 'None') : piece.replace(/:/, ': None,');
  });
  return { ...healthy, pieces };
}

function wholeBody(answer: Answer): Uint8Array {
  return Buffer.concat(bytesOf(answer));
}

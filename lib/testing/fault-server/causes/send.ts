import type { Answer } from '../api/answer.js';
import { errorAnswer } from '../api/error.js';
import type { Exchange, Framing } from '../exchange.js';

/** The body's bytes, one array a piece. */
export function bytesOf({ pieces }: Answer): Uint8Array[] {
  return pieces.map((piece) => Buffer.from(piece));
}

/** How pieces are sent. */
export interface Manner {
  /** Milliseconds before each piece. @default 0 */
  readonly everyMs?: number;
  /** @default 'chunked' for a stream, 'content-length' for any other answer */
  readonly framing?: Framing;
  /** @default true */
  readonly keepAlive?: boolean;
}

/** Sends an answer whole, a stream event by event. */
export async function send(exchange: Exchange, answer: Answer, manner: Manner = {}): Promise<void> {
  if (await sendPieces(exchange, answer, bytesOf(answer), manner)) exchange.end();
}

/** Sends the headers and these pieces of the body, and leaves the body open. Resolves with false if the client left. */
export async function sendPieces(
  exchange: Exchange,
  answer: Answer,
  pieces: readonly Uint8Array[],
  manner: Manner = {},
): Promise<boolean> {
  const {
    everyMs = 0,
    framing = answer.chunks === undefined ? 'content-length' : 'chunked',
    keepAlive = true,
  } = manner;
  const length = answer.pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  exchange.head(answer.status, answer.headers, { framing, keepAlive, length });
  for (const piece of pieces) {
    if (!(await exchange.pause(everyMs)) || !(await exchange.write(piece))) return false;
  }
  return true;
}

/** A mistake in a script must not pass for a fault: 400 is retried by nobody and carries the reason to the test. */
export function misuse(problem: string): Answer {
  return errorAnswer(400, { message: `fault server: ${problem}`, code: 'fault_server_misuse' });
}

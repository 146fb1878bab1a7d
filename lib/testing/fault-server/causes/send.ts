import type { Answer } from '../api/answer.js';
import { errorAnswer } from '../api/error.js';
import type { Exchange, Framing } from '../exchange.js';

/** The bytes of the body, one array per piece. */
export function bytesOf({ pieces }: Answer): Uint8Array[] {
  return pieces.map((piece) => Buffer.from(piece));
}

/** How the pieces are sent. */
export interface SendOptions {
  /** Milliseconds before each piece. @default 0 */
  readonly everyMs?: number;
  /** @default 'chunked' for a stream, 'content-length' for any other answer */
  readonly framing?: Framing;
  /** @default true */
  readonly keepAlive?: boolean;
}

/** Sends a complete answer; a stream event by event. */
export async function send(exchange: Exchange, answer: Answer, options: SendOptions = {}): Promise<void> {
  if (await sendPieces(exchange, answer, bytesOf(answer), options)) exchange.end();
}

/** Sends the headers and these pieces, and leaves the body open. Resolves with false if the client left. */
export async function sendPieces(
  exchange: Exchange,
  answer: Answer,
  pieces: readonly Uint8Array[],
  options: SendOptions = {},
): Promise<boolean> {
  const {
    everyMs = 0,
    framing = answer.chunks === undefined ? 'content-length' : 'chunked',
    keepAlive = true,
  } = options;
  const length = answer.pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  exchange.head(answer.status, answer.headers, { framing, keepAlive, length });
  for (const piece of pieces) {
    if (!(await exchange.pause(everyMs)) || !(await exchange.write(piece))) return false;
  }
  return true;
}

/**
 * The answer for a mistake in a test's script, which must not look like a fault: a 400 is not retried, and its message
 * tells the reason.
 */
export function misuse(problem: string): Answer {
  return errorAnswer(400, { message: `fault server: ${problem}`, code: 'fault_server_misuse' });
}

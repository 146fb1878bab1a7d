import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RecordedRequest } from './recorded-request.js';

/** The fields of a request that are known when it arrives. */
export type Arrival = Omit<RecordedRequest, 'index' | 'fault' | 'outcome' | 'endedAt'>;

/** Reads a request to its end. `undefined` if the client left while it was sending. */
export async function readArrival(incoming: IncomingMessage): Promise<Arrival | undefined> {
  const text = await readText(incoming);
  if (text === undefined) return undefined;
  const { method = 'GET', url = '/' } = incoming;
  return {
    method,
    path: url.split('?', 1)[0] ?? url,
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
    body: parse(text),
    receivedAt: Date.now(),
    requestId: `req_${randomBytes(16).toString('hex')}`,
  };
}

function readText(incoming: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.once('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    incoming.once('close', () => resolve(undefined));
    // A client that leaves is no error here: `close` follows and is handled.
    incoming.on('error', () => undefined);
  });
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

import { UsageError } from '../errors.js';

const AGAIN_MS = 1000;

/** A process that serves its dashboard. */
export interface Remote {
  /** Where its stream of events is. */
  readonly events: URL;
  readonly token: string;
  /** The address as it can be shown: without the token. */
  readonly shown: string;
}

/**
 * Reads the address of a dashboard: `http://host:port/path#TOKEN`.
 * @throws {UsageError} for anything else
 */
export function remoteAt(address: string): Remote {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const token = url?.hash.slice(1);
  if (!url || !/^https?:$/.test(url.protocol) || !token)
    throw new UsageError(
      'expected the address of a dashboard with its token, http://host:port/#TOKEN; got another text.',
    );
  const base = `${url.origin}${url.pathname.replace(/\/$/, '')}`;
  return { events: new URL(`${base}/api/events`), token: decodeURIComponent(token), shown: base };
}

/** Hands on every message of the process, also after it was away, until the signal aborts. */
export async function follow(remote: Remote, signal: AbortSignal, send: (message: string) => void): Promise<void> {
  while (!signal.aborted) {
    try {
      await readOnce(remote, signal, send);
    } catch {
      // It is away: it is asked again.
    }
    if (!signal.aborted) await wait(AGAIN_MS, signal);
  }
}

async function readOnce(
  { events, token }: Remote,
  signal: AbortSignal,
  send: (message: string) => void,
): Promise<void> {
  const response = await fetch(events, { signal, headers: { authorization: `Bearer ${token}` } });
  if (!response.ok || !response.body) throw new Error('no stream');
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body) {
    const messages = (text + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
    text = messages.pop() as string;
    for (const message of messages) send(`${message}\n\n`);
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

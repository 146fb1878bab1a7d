import { UsageError } from '../errors.js';

const RECONNECT_MS = 1000;

/** A process that serves its dashboard. */
export interface Remote {
  /** Where it is mounted, without a slash at the end and without the token. */
  readonly base: string;
  readonly token: string;
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
  return { base, token: decodeURIComponent(token) };
}

/**
 * Passes every message of the process to `send`, and reconnects after a failure, until the signal aborts.
 * @param isThere called with true when the process answers, and with false when it does not
 */
export async function follow(
  remote: Remote,
  signal: AbortSignal,
  send: (message: string) => void,
  isThere: (isThere: boolean) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await readOnce(remote, signal, send, () => isThere(true));
    } catch {
      // The process does not answer: try again.
    }
    if (signal.aborted) return;
    isThere(false);
    await wait(RECONNECT_MS, signal);
  }
}

async function readOnce(
  { base, token }: Remote,
  signal: AbortSignal,
  send: (message: string) => void,
  connected: () => void,
): Promise<void> {
  const response = await fetch(`${base}/api/events`, { signal, headers: { authorization: `Bearer ${token}` } });
  if (!response.ok || !response.body) throw new Error('no stream');
  connected();
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
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

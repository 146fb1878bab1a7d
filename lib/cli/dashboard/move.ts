import { json, refuse } from '../../dashboard/responses.js';
import type { Remote } from './remote.js';

const TIMEOUT_MS = 5000;
const MAX_BODY = 4096;

/** Asks every process to move a circuit. Good if one of them has done it; else the answer of the first that refused. */
export async function moveAll(remotes: readonly Remote[], path: string, request: Request): Promise<Response> {
  const body = await request.text();
  if (body.length > MAX_BODY) return refuse(413, 'too long');
  const answers = await Promise.all(remotes.map((remote) => moveOne(remote, path, body)));
  const done = answers.find(({ status }) => status === 200);
  if (done) return json(done.value);
  // A process that does not have the circuit says 404.
  const { status } = answers.find((one) => one.status !== 404) ?? { status: 404 };
  return refuse(status, status === 404 ? 'no such circuit' : 'no process did it');
}

async function moveOne({ base, token }: Remote, path: string, body: string): Promise<Answer> {
  const { origin } = new URL(base);
  try {
    const response = await fetch(`${base}${path}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', origin },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, value: response.ok ? await response.json() : undefined };
  } catch {
    return { status: 502, value: undefined };
  }
}

interface Answer {
  readonly status: number;
  readonly value: unknown;
}

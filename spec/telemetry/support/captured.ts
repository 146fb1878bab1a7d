import { Writable } from 'node:stream';
import { circuit, CircuitProtected, configure, type Logger, RetryOnTransient } from '#lib/index.js';
import { FakeClock } from '#lib/testing/fake-clock.js';
import { rejectionOf } from '../../support/upstream.js';
import { runProgram } from '../../support/program.js';

export type Line = Readonly<Record<string, unknown>>;

/** A stream for a logger that writes lines of JSON. */
export function jsonLines(): { readonly stream: Writable; readonly lines: Line[] } {
  const lines: Line[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line) as Line);
      done();
    },
  });
  return { stream, lines };
}

/**
 * Makes events of each level, in this order: error `circuit_opened`, debug `circuit_refused` and `call_failed`, info
 * `circuit_closed`, warn `retry_gave_up`, debug `call_failed`.
 */
export async function oneOfEach(logger: Logger): Promise<void> {
  const restore = configure({ logger, clock: new FakeClock((later += 60_000)) });
  circuit('payments').isolate('a secret');
  await rejectionOf(CircuitProtected({ circuit: 'payments' })(async function pay() {})());
  circuit('payments').reset();
  const failing = async function pay(): Promise<void> {
    throw Object.assign(new Error('a secret'), { status: 503 });
  };
  await rejectionOf(RetryOnTransient({ maxAttempts: 1 })(failing)());
  restore();
}

/** Each time a minute later, so that the log's buckets are full. */
let later = 1e12;

/** What a logger of these packages really prints, as a process of its own does. */
export async function printed(source: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const support = JSON.stringify(import.meta.url);
  const { code, stdout, stderr } = await runProgram(`import { oneOfEach } from ${support};\n${source}`);
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`);
  return { stdout, stderr };
}

export const parse = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

// nodemailer: the reply of the server, beside the command that it answered.
import type { FailureKind } from '../../core/failure.js';
import { read, readText } from '../reading.js';
import type { Seen } from '../seen.js';

export function kindOfSmtp({ error, code }: Seen): FailureKind | undefined {
  const reply = read(error, 'responseCode');
  if (!Number.isInteger(reply) || readText(error, 'command') === undefined) return undefined;
  const first = Math.floor((reply as number) / 100);
  if (first === 4) return 'server';
  return first === 5 ? 'rejected' : code === 'EPROTOCOL' ? 'malformed' : undefined;
}

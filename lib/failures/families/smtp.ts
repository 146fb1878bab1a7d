// nodemailer: the server's reply code, and the command that it answered.
import type { FailureKind } from '../../core/failure.js';
import { read, readText } from '../reading.js';
import type { Seen } from '../seen.js';

export function kindOfSmtp({ error, code }: Seen): FailureKind | undefined {
  if (readText(error, 'command') === undefined) return undefined;
  // TLS was required but not offered. The reply is a 5yz too, but the cause is the configuration.
  if (code === 'ETLS') return 'misconfigured';
  const reply = read(error, 'responseCode');
  if (!Number.isInteger(reply)) return code === 'EPROTOCOL' ? 'network' : undefined;
  const first = Math.floor((reply as number) / 100);
  return first === 4 ? 'server' : first === 5 ? 'rejected' : undefined;
}

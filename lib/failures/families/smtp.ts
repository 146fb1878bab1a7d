// nodemailer: the reply of the server, beside the command that it answered.
import type { FailureKind } from '../../core/failure.js';
import { read, readText } from '../reading.js';
import type { Seen } from '../seen.js';

export function kindOfSmtp({ error, code }: Seen): FailureKind | undefined {
  if (readText(error, 'command') === undefined) return undefined;
  // TLS was asked for and not offered: the reply is a 5yz too, but the settings are wrong.
  if (code === 'ETLS') return 'misconfigured';
  const reply = read(error, 'responseCode');
  if (!Number.isInteger(reply)) return code === 'EPROTOCOL' ? 'network' : undefined;
  const first = Math.floor((reply as number) / 100);
  return first === 4 ? 'server' : first === 5 ? 'rejected' : undefined;
}

// Reads `RetryInfo.retry_delay` from `grpc-status-details-bin`, a `google.rpc.Status` in protobuf.

/** The longest message that is parsed. */
const MAX_BYTES = 2048;
const RETRY_INFO = 'google.rpc.RetryInfo';

interface Field {
  readonly tag: number;
  /** The number of a varint, or the bytes of a message or string. */
  readonly value: number | Uint8Array;
}

export function retryDelayMs(details: unknown): number | undefined {
  try {
    const bytes = bytesOf(details);
    if (bytes === undefined || bytes.length > MAX_BYTES) return undefined;
    // Status.details = 3, each an Any: type_url = 1, value = 2. RetryInfo.retry_delay = 1: seconds = 1, nanos = 2.
    for (const any of messages(bytes, 3)) {
      const [url] = messages(any, 1);
      const [info] = messages(any, 2);
      if (url === undefined || info === undefined || !Buffer.from(url).toString('latin1').endsWith(RETRY_INFO))
        continue;
      const [delay] = messages(info, 1);
      if (delay) return number(delay, 1) * 1000 + number(delay, 2) / 1e6;
    }
  } catch {
    // The bytes are not a valid protobuf message.
  }
  return undefined;
}

function bytesOf(details: unknown): Uint8Array | undefined {
  if (typeof details === 'string') return Buffer.from(details.slice(0, 2 * MAX_BYTES), 'base64');
  return details instanceof Uint8Array ? details : undefined;
}

function messages(bytes: Uint8Array, tag: number): Uint8Array[] {
  return fields(bytes).flatMap((field) => (field.tag === tag && typeof field.value === 'object' ? field.value : []));
}

function number(bytes: Uint8Array, tag: number): number {
  const found = fields(bytes).find((field) => field.tag === tag)?.value;
  return typeof found === 'number' ? found : 0;
}

/** @throws {RangeError} for bytes that are not protobuf */
function fields(bytes: Uint8Array): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || factor > 2 ** 56) throw new RangeError('not protobuf');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const [tag, wire] = [Math.floor(key / 8), key % 8];
    if (wire === 0) found.push({ tag, value: varint() });
    else if (wire === 2) {
      const length = varint();
      if (at + length > bytes.length) throw new RangeError('not protobuf');
      found.push({ tag, value: bytes.subarray(at, (at += length)) });
    } else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else throw new RangeError('not protobuf');
  }
  return found;
}

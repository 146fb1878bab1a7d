// gRPC: an integer `code` is a gRPC status only if the error has other gRPC fields as well.
import type { FailureKind } from '../../core/failure.js';
import { decimalMs, untilHttpDate } from '../durations.js';
import { isObject, numberOf, read, readText, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { retryDelayMs } from './grpc-details.js';

/**
 * Kinds by status number. `ABORTED` and `INTERNAL` are transient about half of the time. 2 (`UNKNOWN`) gives no kind.
 */
const KINDS: readonly FailureKind[] = [
  ...(['unknown', 'cancelled', 'unknown', 'rejected', 'timeout', 'rejected', 'rejected', 'rejected'] as const),
  ...([
    'rate-limited',
    'rejected',
    'server',
    'rejected',
    'rejected',
    'server',
    'network',
    'server',
    'rejected',
  ] as const),
];

/** The names of the statuses, as protobuf-ts writes them. */
const NAMES = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED'],
  ...['INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
];

export function kindOfGrpc(seen: Seen): FailureKind | undefined {
  const status = statusOf(seen);
  return status === undefined ? undefined : KINDS[status];
}

function statusOf({ code, name, error }: Seen): number | undefined {
  if (typeof code === 'number') return code >= 1 && code <= 16 && hasMarks(error) ? code : undefined;
  if (typeof code !== 'string' || code.length > 64) return undefined;
  // Firebase writes the same names in this form: `functions/resource-exhausted`.
  if (name === 'FirebaseError')
    return statusByName(
      code
        .slice(code.indexOf('/') + 1)
        .replaceAll('-', '_')
        .toUpperCase(),
    );
  const isProtobufs = readText(error, 'methodName') !== undefined && readText(error, 'serviceName') !== undefined;
  return isProtobufs ? statusByName(code) : undefined;
}

function statusByName(status: string): number | undefined {
  const found = NAMES.indexOf(status);
  return found > 0 ? found : undefined;
}

/** True for the errors of grpc-js, nice-grpc and Connect. */
function hasMarks(error: object): boolean {
  const metadata = read(error, 'metadata');
  const [details, path] = [read(error, 'details'), readText(error, 'path')];
  if (typeof details === 'string') return typeof read(metadata, 'get') === 'function' || path?.startsWith('/') === true;
  if (readText(error, 'rawMessage') !== undefined) return typeof read(metadata, 'get') === 'function';
  return readText(error, 'name') === 'RpcError' && typeof metadata === 'object' && metadata !== null;
}

/** The wait that a gRPC server asks for. A negative pushback means "do not retry"; it gives no wait. */
export function grpcDelayMs(seen: Seen, now: number): number | undefined {
  if (statusOf(seen) === undefined) return undefined;
  const metadata = read(seen.error, 'metadata');
  const asked = entry(metadata, 'retry-after');
  return (
    decimalMs(entry(metadata, 'grpc-retry-pushback-ms'), 1) ??
    decimalMs(asked, 1000) ??
    untilHttpDate(asked, undefined, now) ??
    retryDelayMs(first(metadata, 'grpc-status-details-bin')) ??
    delayInDetails(read(seen.error, 'statusDetails'))
  );
}

function entry(metadata: unknown, name: string): string | undefined {
  return word(first(metadata, name));
}

/** gRPC metadata returns an array; Connect's headers return a string. */
function first(metadata: unknown, name: string): unknown {
  try {
    const found: unknown = (metadata as { get(name: string): unknown }).get(name);
    return Array.isArray(found) ? found[0] : found;
  } catch {
    return undefined;
  }
}

/** The delay in `statusDetails`, which Google's clients have already decoded. */
function delayInDetails(details: unknown): number | undefined {
  for (let i = 0; i < 8; i++) {
    const delay = read(read(details, String(i)), 'retryDelay');
    const [whole, nanos] = [read(delay, 'seconds'), numberOf(read(delay, 'nanos') ?? 0)];
    // 64-bit seconds are a string, or an object with two halves.
    const seconds = numberOf(isObject(whole) ? read(whole, 'low') : whole);
    if (seconds >= 0 && nanos >= 0) return seconds * 1000 + nanos / 1e6;
  }
  return undefined;
}

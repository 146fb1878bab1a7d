// gRPC: an integer code is one of its statuses only if the rest of such an error is there too.
import type { FailureKind } from '../../core/failure.js';
import { decimalMs, untilHttpDate } from '../durations.js';
import { isObject, numberOf, read, readText, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { retryDelayMs } from './grpc-details.js';

/** By the number of the status. Aborted and internal pass by themselves as often as not. 2 says nothing. */
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

/** The names of the same statuses, as protobuf-ts gives them. */
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
  // Firebase writes the same names another way: `functions/resource-exhausted`.
  if (name === 'FirebaseError')
    return named(
      code
        .slice(code.indexOf('/') + 1)
        .replaceAll('-', '_')
        .toUpperCase(),
    );
  const isProtobufs = readText(error, 'methodName') !== undefined && readText(error, 'serviceName') !== undefined;
  return isProtobufs ? named(code) : undefined;
}

function named(status: string): number | undefined {
  const found = NAMES.indexOf(status);
  return found > 0 ? found : undefined;
}

/** As grpc-js, nice-grpc and Connect make them. */
function hasMarks(error: object): boolean {
  const metadata = read(error, 'metadata');
  const [details, path] = [read(error, 'details'), readText(error, 'path')];
  if (typeof details === 'string') return typeof read(metadata, 'get') === 'function' || path?.startsWith('/') === true;
  if (readText(error, 'rawMessage') !== undefined) return typeof read(metadata, 'get') === 'function';
  return readText(error, 'name') === 'RpcError' && typeof metadata === 'object' && metadata !== null;
}

/** What a gRPC server says about the next attempt. A negative pushback means never, and is no hint. */
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

/** Metadata answers with an array, Connect's headers with a text. */
function first(metadata: unknown, name: string): unknown {
  try {
    const found: unknown = (metadata as { get(name: string): unknown }).get(name);
    return Array.isArray(found) ? found[0] : found;
  } catch {
    return undefined;
  }
}

/** Google's clients have decoded the details already. */
function delayInDetails(details: unknown): number | undefined {
  for (let i = 0; i < 8; i++) {
    const delay = read(read(details, String(i)), 'retryDelay');
    const [whole, nanos] = [read(delay, 'seconds'), numberOf(read(delay, 'nanos') ?? 0)];
    // Seconds of 64 bits are a text, or an object of two halves.
    const seconds = numberOf(isObject(whole) ? read(whole, 'low') : whole);
    if (seconds >= 0 && nanos >= 0) return seconds * 1000 + nanos / 1e6;
  }
  return undefined;
}

import { checks, failed, metadata } from '../support.js';
import type { FailureKind } from '#lib/index.js';

const KINDS: Readonly<Record<number, FailureKind>> = {
  1: 'cancelled',
  2: 'unknown',
  3: 'rejected',
  4: 'timeout',
  5: 'rejected',
  6: 'rejected',
  7: 'rejected',
  8: 'rate-limited',
  9: 'rejected',
  10: 'server',
  11: 'rejected',
  12: 'rejected',
  13: 'server',
  14: 'network',
  15: 'server',
  16: 'rejected',
};

describe('A status of gRPC', () => {
  checks([
    ...Object.entries(KINDS).map(
      ([code, kind]) =>
        [`${code}`, failed({ code: Number(code), details: 'x', metadata: metadata({}) }), kind] as const,
    ),
    ['that Connect reports', failed({ code: 14, rawMessage: 'x', metadata: new Headers(), details: [] }), 'network'],
    ['that nice-grpc reports', failed({ code: 4, details: 'x', path: '/pets.Pets/Get' }), 'timeout'],
    ['that grpc-web reports', failed({ name: 'RpcError', code: 8, metadata: {} }), 'rate-limited'],
    [
      'that protobuf-ts reports',
      failed({ name: 'RpcError', code: 'UNAVAILABLE', methodName: 'Get', serviceName: 'Pets' }),
      'network',
    ],
    ['without the rest of such an error', failed({ code: 14 }), 'unknown'],
    ['without metadata', failed({ code: 14, details: 'x' }), 'unknown'],
    ['without details', failed({ code: 14, metadata: metadata({}) }), 'unknown'],
    ['that is no status', failed({ code: 17, details: 'x', metadata: metadata({}) }), 'unknown'],
    ['in words alone', failed({ code: 'UNAVAILABLE' }), 'unknown'],
  ]);
});

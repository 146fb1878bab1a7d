// gRPC over real sockets: a server of @grpc/grpc-js answers with every status and every dialect of a hint.
import { listen, TCP_FAULTS } from '../support/tcp.js';

const KIND_BY_STATUS = {
  CANCELLED: [1, 'timeout'],
  UNKNOWN: [2, 'unknown'],
  INVALID_ARGUMENT: [3, 'rejected'],
  DEADLINE_EXCEEDED: [4, 'timeout'],
  NOT_FOUND: [5, 'rejected'],
  ALREADY_EXISTS: [6, 'rejected'],
  PERMISSION_DENIED: [7, 'rejected'],
  RESOURCE_EXHAUSTED: [8, 'rate-limited'],
  FAILED_PRECONDITION: [9, 'rejected'],
  ABORTED: [10, 'server'],
  OUT_OF_RANGE: [11, 'rejected'],
  UNIMPLEMENTED: [12, 'rejected'],
  INTERNAL: [13, 'server'],
  UNAVAILABLE: [14, 'network'],
  DATA_LOSS: [15, 'server'],
  UNAUTHENTICATED: [16, 'rejected'],
};
const HINT_S = 37;

/** google.rpc.Status { code: 8, details: [RetryInfo { retry_delay: 37 s }] }, in the wire format of protobuf. */
function statusWithRetryInfo() {
  const field = (number, bytes) => Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
  const delay = field(1, Buffer.from([1 << 3, HINT_S]));
  const any = Buffer.concat([field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')), field(2, delay)]);
  return Buffer.concat([Buffer.from([1 << 3, 8]), field(3, any)]);
}

const HINTS = {
  'retry-after': ['retry-after', String(HINT_S), '37'],
  'grpc-retry-pushback-ms': ['grpc-retry-pushback-ms', String(HINT_S * 1000), '37000'],
  RetryInfo: ['grpc-status-details-bin', statusWithRetryInfo(), 'grpc-status-details-bin'],
};

const raw = (value) => Buffer.from(value);
const METHOD = {
  path: '/measured.Things/Get',
  requestStream: false,
  responseStream: false,
  requestSerialize: raw,
  requestDeserialize: raw,
  responseSerialize: raw,
  responseDeserialize: raw,
};

async function server(answer) {
  const grpc = await import('@grpc/grpc-js');
  const made = new grpc.Server();
  made.addService({ get: METHOD }, { get: (call, callback) => answer(grpc, call, callback) });
  const port = await new Promise((resolve, reject) =>
    made.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { host: '127.0.0.1', port, close: async () => made.forceShutdown() };
}

const answering = (code, hint) => () =>
  server((grpc, _call, callback) => {
    const metadata = new grpc.Metadata();
    if (hint) metadata.set(...hint);
    callback({ code, details: 'The message.', metadata });
  });

const FAULTS = [
  ...TCP_FAULTS,
  {
    id: 'not HTTP/2',
    kind: 'network',
    start: () => listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  },
  ...Object.entries(KIND_BY_STATUS)
    .filter(([name]) => name !== 'CANCELLED')
    .map(([name, [code, kind]]) => ({ id: `${code} ${name}`, kind, start: answering(code) })),
  ...Object.entries(HINTS).map(([dialect, [key, value, mark]]) => ({
    id: `8 RESOURCE_EXHAUSTED, ${dialect}`,
    kind: 'rate-limited',
    hint: HINT_S * 1000,
    hintMark: mark,
    start: answering(8, [key, value]),
  })),
  {
    id: '14 UNAVAILABLE, retry-after',
    kind: 'network',
    hint: HINT_S * 1000,
    hintMark: '37',
    start: answering(14, ['retry-after', String(HINT_S)]),
  },
  { id: 'no answer before the deadline', kind: 'timeout', by: 'client', start: () => server(() => undefined) },
  { id: 'no answer, own timer cancels', kind: 'timeout', by: 'controller', start: () => server(() => undefined) },
  { id: 'no answer, the caller aborts', kind: 'cancelled', by: 'caller', start: () => server(() => undefined) },
  {
    id: 'closed before the answer',
    kind: 'network',
    start: () => server((_grpc, call) => call.call?.stream?.session?.destroy?.() ?? endSession(call)),
  },
];

/** The server has no method that cuts a connection; its stream has. */
function endSession(call) {
  for (const key of ['nextCall', 'stream', 'call']) {
    const session = call[key]?.stream?.session ?? call[key]?.session ?? call[key]?.nextCall?.stream?.session;
    if (session) return session.destroy();
  }
  throw new Error('the server of @grpc/grpc-js has no session');
}

export const grpc = {
  name: 'grpc',
  title: 'gRPC',
  setups: [
    {
      name: '@grpc/grpc-js',
      package: '@grpc/grpc-js',
      right: { '2 UNKNOWN': { decidable: false, reason: 'status 2 means anything, a bug of the service too' } },
      faults: FAULTS,
      call: async ({ host, port, timeout, signal }) => {
        const grpc = await import('@grpc/grpc-js');
        const client = new grpc.Client(`${host}:${port}`, grpc.credentials.createInsecure(), {
          'grpc.enable_retries': 0,
        });
        const deadline = timeout === undefined ? {} : { deadline: Date.now() + timeout };
        try {
          return await new Promise((resolve, reject) => {
            const call = client.makeUnaryRequest(
              METHOD.path,
              raw,
              raw,
              'x',
              new grpc.Metadata(),
              deadline,
              (error, value) => (error ? reject(error) : resolve(value)),
            );
            signal?.addEventListener('abort', () => call.cancel());
          });
        } finally {
          client.close();
        }
      },
    },
  ],
};

// MongoDB: a server that greets a driver and answers its commands with one error, in the wire format (OP_MSG).
import { createRequire } from 'node:module';
import { GARBAGE_FAULT, listen, SILENCE_FAULT, TCP_FAULTS } from '../support/tcp.js';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEAD = 16;
const HELLO = {
  ok: 1,
  ismaster: true,
  isWritablePrimary: true,
  helloOk: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 25,
  readOnly: false,
  logicalSessionTimeoutMinutes: 30,
  setName: 'rs',
  setVersion: 1,
  msg: undefined,
};

/** `answer` makes the reply to a command, or undefined for none; `'close'` ends the connection. */
const replying = (answer) => async () => {
  const { serialize, deserialize } = createRequire(createRequire(import.meta.url).resolve('mongodb'))('bson');
  const server = await listen((socket) => {
    let buffered = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= HEAD && buffered.length >= buffered.readInt32LE(0)) {
        const message = buffered.subarray(0, buffered.readInt32LE(0));
        buffered = buffered.subarray(message.length);
        handle(message, socket);
      }
    });
  });
  const handle = (message, socket) => {
    const id = message.readInt32LE(4);
    const isQuery = message.readInt32LE(12) === OP_QUERY;
    const command = isQuery ? queried(message, deserialize) : deserialize(message.subarray(HEAD + 5));
    const name = Object.keys(command)[0];
    const isHello = /^(hello|ismaster)$/i.test(name);
    const own = {
      me: `127.0.0.1:${server.port}`,
      primary: `127.0.0.1:${server.port}`,
      hosts: [`127.0.0.1:${server.port}`],
    };
    const reply = isHello
      ? { ...HELLO, ...own }
      : /^(ping|endSessions|abortTransaction)$/.test(name)
        ? { ok: 1 }
        : answer(command);
    if (reply === 'close') return socket.destroy();
    if (reply) socket.write(framed(serialize(reply, { ignoreUndefined: true }), id, isQuery));
  };
  return server;
};

function queried(message, deserialize) {
  const start = message.indexOf(0, HEAD + 4) + 1 + 8;
  return deserialize(message.subarray(start));
}

function framed(document, to, isQuery) {
  const body = isQuery
    ? Buffer.concat([Buffer.from([8, 0, 0, 0, ...Array(12).fill(0), 1, 0, 0, 0]), document])
    : Buffer.concat([Buffer.alloc(5), document]);
  const head = Buffer.alloc(HEAD);
  [HEAD + body.length, 1, to, isQuery ? OP_REPLY : OP_MSG].forEach((number, i) => head.writeInt32LE(number, i * 4));
  return Buffer.concat([head, body]);
}

const failing = (code, codeName, kind, errorLabels) => ({
  id: `${code} ${codeName}${errorLabels ? `, ${errorLabels.join(', ')}` : ''}`,
  kind,
  start: replying(() => ({ ok: 0, errmsg: 'The message.', code, codeName, ...(errorLabels && { errorLabels }) })),
});
const writeError = (code, kind) => ({
  id: `write error ${code}`,
  kind,
  insert: true,
  start: replying(() => ({ ok: 1, n: 0, writeErrors: [{ index: 0, code, errmsg: 'The message.' }] })),
});

const FAULTS = [
  ...TCP_FAULTS,
  GARBAGE_FAULT,
  {
    ...SILENCE_FAULT,
    id: 'silence until a server is selected',
    by: undefined,
    decidable: false,
    reason: 'a server that cannot be selected is refused, unknown or silent',
  },
  failing(13, 'Unauthorized', 'rejected'),
  failing(18, 'AuthenticationFailed', 'rejected'),
  failing(26, 'NamespaceNotFound', 'rejected'),
  failing(50, 'MaxTimeMSExpired', 'timeout'),
  failing(59, 'CommandNotFound', 'rejected'),
  failing(91, 'ShutdownInProgress', 'server', ['RetryableWriteError']),
  failing(112, 'WriteConflict', 'server', ['TransientTransactionError']),
  failing(251, 'NoSuchTransaction', 'server', ['TransientTransactionError']),
  failing(10107, 'NotWritablePrimary', 'server', ['RetryableWriteError']),
  failing(13435, 'NotPrimaryNoSecondaryOk', 'server', ['RetryableWriteError']),
  failing(9, 'FailedToParse', 'rejected'),
  writeError(11000, 'rejected'),
  writeError(121, 'rejected'),
  { id: 'closed before the answer', kind: 'network', start: replying(() => 'close') },
  {
    id: "no answer, the socket's timeout",
    kind: 'timeout',
    with: { socketTimeoutMS: 250 },
    start: replying(() => undefined),
  },
  {
    id: 'no connection is free in time',
    kind: 'timeout',
    with: { maxPoolSize: 1, waitQueueTimeoutMS: 150 },
    isBusy: true,
    start: replying(() => undefined),
  },
  {
    id: 'no answer, own AbortController and timer',
    kind: 'timeout',
    by: 'controller',
    start: replying(() => undefined),
  },
  { id: 'no answer, the caller aborts', kind: 'cancelled', by: 'caller', start: replying(() => undefined) },
];

export const mongo = {
  name: 'mongo',
  title: 'MongoDB',
  setups: [
    {
      name: 'mongodb',
      package: 'mongodb',
      faults: FAULTS,
      call: async ({ host, port, signal, fault }) => {
        const { MongoClient } = await import('mongodb');
        const client = new MongoClient(`mongodb://${host}:${port}/?directConnection=true`, {
          serverSelectionTimeoutMS: 400,
          connectTimeoutMS: 300,
          retryReads: false,
          retryWrites: false,
          ...fault.with,
        });
        const things = client.db('db').collection('things');
        try {
          // One of them waits for the other's connection.
          if (fault.isBusy) return await Promise.all([0, 1].map((id) => things.findOne({ id })));
          if (fault.insert) return await things.insertOne({ id: 1 });
          return await things.findOne({ id: 1 }, { signal });
        } finally {
          client.close(true).catch(() => undefined);
        }
      },
    },
  ],
};

// Kafka: a broker that knows as much of the protocol as leads a producer to the error that is played.
import { GARBAGE_FAULT, listen, SILENCE_FAULT, TCP_FAULTS } from '../support/tcp.js';

const API = { PRODUCE: 0, METADATA: 3, VERSIONS: 18 };

const int16 = (n) => ((b) => (b.writeInt16BE(n), b))(Buffer.alloc(2));
const int32 = (n) => ((b) => (b.writeInt32BE(n), b))(Buffer.alloc(4));
const int64 = (n) => ((b) => (b.writeBigInt64BE(BigInt(n)), b))(Buffer.alloc(8));
const text = (value) => Buffer.concat([int16(value.length), Buffer.from(value)]);
const list = (items) => Buffer.concat([int32(items.length), ...items]);

/** The oldest versions alone, so that every answer has one form. */
const versions = () =>
  Buffer.concat([
    int16(0),
    list(Object.values(API).map((key) => Buffer.concat([int16(key), int16(0), int16(key === API.PRODUCE ? 2 : 0)]))),
  ]);
const metadata = (port, topicError) => {
  const broker = Buffer.concat([int32(1), text('127.0.0.1'), int32(port)]);
  const partition = Buffer.concat([int16(0), int32(0), int32(1), list([int32(1)]), list([int32(1)])]);
  const topic = Buffer.concat([int16(topicError), text('topic'), list(topicError === 0 ? [partition] : [])]);
  return Buffer.concat([list([broker]), list([topic])]);
};
const produced = (error) =>
  Buffer.concat([
    list([Buffer.concat([text('topic'), list([Buffer.concat([int32(0), int16(error), int64(0), int64(-1)])])])]),
    int32(0),
  ]);

const broker =
  ({ topic = 0, partition = 0, produce }) =>
  async () => {
    const server = await listen((socket) => {
      let buffered = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        buffered = Buffer.concat([buffered, chunk]);
        while (buffered.length >= 4 && buffered.length >= buffered.readInt32BE(0) + 4) {
          const request = buffered.subarray(4, buffered.readInt32BE(0) + 4);
          buffered = buffered.subarray(request.length + 4);
          const [key, id] = [request.readInt16BE(0), request.readInt32BE(4)];
          const isProduce = key === API.PRODUCE;
          if (isProduce && produce === 'close') return socket.destroy();
          if (isProduce && produce === 'silence') return;
          const body =
            key === API.VERSIONS
              ? versions()
              : key === API.METADATA
                ? metadata(server.port, topic)
                : produced(partition);
          socket.write(Buffer.concat([int32(body.length + 4), int32(id), body]));
        }
      });
    });
    return server;
  };

const topic = (code, name, kind) => ({ id: `topic: ${name}`, kind, start: broker({ topic: code }) });
const partition = (code, name, kind) => ({ id: `partition: ${name}`, kind, start: broker({ partition: code }) });

export const kafka = {
  name: 'kafka',
  title: 'Kafka',
  setups: [
    {
      name: 'kafkajs',
      package: 'kafkajs',
      faults: [
        ...TCP_FAULTS,
        GARBAGE_FAULT,
        SILENCE_FAULT,
        topic(3, 'UNKNOWN_TOPIC_OR_PARTITION', 'server'),
        topic(5, 'LEADER_NOT_AVAILABLE', 'server'),
        topic(17, 'INVALID_TOPIC_EXCEPTION', 'rejected'),
        topic(29, 'TOPIC_AUTHORIZATION_FAILED', 'rejected'),
        partition(6, 'NOT_LEADER_FOR_PARTITION', 'server'),
        partition(7, 'REQUEST_TIMED_OUT', 'server'),
        partition(10, 'MESSAGE_TOO_LARGE', 'rejected'),
        partition(19, 'NOT_ENOUGH_REPLICAS', 'server'),
        partition(2, 'CORRUPT_MESSAGE', 'server'),
        partition(29, 'TOPIC_AUTHORIZATION_FAILED', 'rejected'),
        { id: 'closed before the answer', kind: 'network', start: broker({ produce: 'close' }) },
        { id: "no answer, the client's timeout", kind: 'timeout', by: 'client', start: broker({ produce: 'silence' }) },
      ],
      call: async ({ host, port, timeout }) => {
        const { Kafka, logLevel } = await import('kafkajs');
        const limits = timeout && { connectionTimeout: timeout, requestTimeout: timeout, enforceRequestTimeout: true };
        const kafka = new Kafka({
          brokers: [`${host}:${port}`],
          logLevel: logLevel.NOTHING,
          retry: { retries: 0, initialRetryTime: 50 },
          ...limits,
        });
        const producer = kafka.producer();
        try {
          await producer.connect();
          return await producer.send({ topic: 'topic', messages: [{ value: 'Text.' }] });
        } finally {
          producer.disconnect().catch(() => undefined);
        }
      },
    },
  ],
};

import { checks, failed, ofClass } from '../support.js';
import type { FailureKind } from '#lib/index.js';

const pg = (code: string, severity = 'ERROR'): Error => failed({ code, severity });
const states = (kind: FailureKind, ...codes: string[]) =>
  codes.map((code) => [`SQLSTATE ${code}`, pg(code), kind] as const);

describe('SQL databases', () => {
  checks([
    ...states('network', '08006', '57P01', '57P02', '57P03'),
    ...states('timeout', '57014', '55P03'),
    ...states('server', '40001', '40P01', '53300', '58030', 'XX000'),
    ...states('rejected', '22012', '23505', '25006', '28P01', '2201E', '3D000', '42P01', '44000', '54000', 'P0001'),
    ...states('unknown', 'AB123', '99999'),
    ['a state of MySQL', failed({ code: 'ER_NO_SUCH_TABLE', sqlState: '42S02' }), 'rejected'],
    ['a state of MySQL without a code', failed({ sqlState: '70100' }), 'timeout'],
    ['a lost connection of MySQL', failed({ code: 'PROTOCOL_CONNECTION_LOST', fatal: true }), 'network'],
    ['a slow query of MySQL', failed({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' }), 'timeout'],
    ['a lock of MySQL', failed({ code: 'ER_LOCK_WAIT_TIMEOUT', sqlState: 'HY000' }), 'timeout'],
    ['too many connections of MySQL', failed({ code: 'ER_CON_COUNT_ERROR', sqlState: '' }), 'server'],
    ['a general error of MySQL', failed({ code: 'ER_SOMETHING', sqlState: 'HY000' }), 'unknown'],
    ['MySQL without TLS', failed({ code: 'HANDSHAKE_NO_SSL_SUPPORT' }), 'misconfigured'],
    [
      'a closed connection of postgres.js',
      failed({ code: 'CONNECTION_CLOSED', errno: 'CONNECTION_CLOSED' }),
      'network',
    ],
    ['a slow connection of postgres.js', failed({ code: 'CONNECT_TIMEOUT', errno: 'CONNECT_TIMEOUT' }), 'timeout'],
    ['a state without a second mark', failed({ code: '57P01' }), 'unknown'],
    ['a connection that pg lost', failed({}, 'Connection terminated unexpectedly'), 'network'],
    ["pg's pool without a connection", failed({}, 'timeout exceeded when trying to connect'), 'timeout'],
    [
      "pg's pool over a lost connection",
      failed(
        { cause: failed({}, 'Connection terminated unexpectedly') },
        'Connection terminated due to connection timeout',
      ),
      'timeout',
    ],
    ['pg without TLS', failed({}, 'The server does not support SSL connections'), 'misconfigured'],
    ['a query of an ORM', failed({ name: 'QueryFailedError', driverError: pg('40001') }), 'server'],
    [
      'a connection of an ORM',
      failed({ name: 'SequelizeConnectionRefusedError', parent: failed({ code: 'ECONNREFUSED' }) }),
      'network',
    ],
    ["knex's pool", failed({ name: 'KnexTimeoutError' }), 'timeout'],
    ['a query of a wrapper', failed({ cause: pg('23505') }), 'rejected'],
    ['SQLite that is busy', failed({ code: 'SQLITE_BUSY' }), 'server'],
    ['a constraint of SQLite', failed({ code: 'SQLITE_CONSTRAINT_UNIQUE' }), 'rejected'],
    ['a database that Prisma cannot reach', failed({ errorCode: 'P1001', clientVersion: '6.0.0' }), 'network'],
    ['a database that closed on Prisma', failed({ code: 'P1017', clientVersion: '6.0.0' }), 'network'],
    ["Prisma's pool", failed({ code: 'P2024', clientVersion: '6.0.0' }), 'timeout'],
    ["Prisma's conflict of transactions", failed({ code: 'P2034', clientVersion: '6.0.0' }), 'server'],
    ["Prisma's password", failed({ name: 'PrismaClientInitializationError', errorCode: 'P1000' }), 'misconfigured'],
    ["Prisma's unique key", failed({ name: 'PrismaClientKnownRequestError', code: 'P2002' }), 'rejected'],
    ["Prisma's missing row", failed({ code: 'P2025', clientVersion: '6.0.0' }), 'rejected'],
    ['a code like one of Prisma', failed({ code: 'P2002' }), 'unknown'],
  ]);
});

describe('Redis', () => {
  class ErrorReply extends Error {}
  class SimpleError extends ErrorReply {}
  const reply = (message: string): Error => failed({ name: 'ReplyError', command: { name: 'get' } }, message);
  checks([
    ...['LOADING', 'READONLY', 'CLUSTERDOWN', 'TRYAGAIN', 'MASTERDOWN', 'BUSY'].map(
      (first) => [first, reply(`${first} as the server says`), 'server'] as const,
    ),
    ...['WRONGTYPE', 'NOAUTH', 'WRONGPASS', 'NOPERM', 'NOSCRIPT', 'ERR'].map(
      (first) => [first, reply(`${first} as the server says`), 'rejected'] as const,
    ),
    ['too many clients', reply('ERR max number of clients reached'), 'server'],
    ['a reply of node-redis', new SimpleError('LOADING the dataset'), 'server'],
    ['a reply of an older node-redis', new ErrorReply('WRONGTYPE x'), 'rejected'],
    ['a SimpleError with its command', ofClass('SimpleError', { command: { name: 'get' } }, 'LOADING x'), 'server'],
    ['a SimpleError of anyone', ofClass('SimpleError', {}, 'LOADING x'), 'unknown'],
    ['a word that Redis does not know', reply('SOLDOUT no more'), 'unknown'],
    [
      'retries that are spent',
      failed({ name: 'MaxRetriesPerRequestError' }, 'Reached the max retries per request limit (which is 1)'),
      'network',
    ],
    ['a closed connection of ioredis', failed({}, 'Connection is closed.'), 'network'],
    ['a slow command of ioredis', failed({}, 'Command timed out'), 'timeout'],
    ['a closed socket of node-redis', ofClass('a', {}, 'Socket closed unexpectedly'), 'network'],
    ['a slow connection of node-redis', ofClass('ConnectionTimeoutError', {}, 'Connection timeout'), 'timeout'],
    ['a ConnectionTimeoutError of anyone', ofClass('ConnectionTimeoutError', {}, 'the train is late'), 'unknown'],
  ]);
});

describe('MongoDB', () => {
  const mongo = (name: string, properties: object = {}): Error => failed({ name, ...properties });
  checks([
    [
      'a write that may be repeated',
      mongo('MongoServerError', { code: 1, errorLabels: ['RetryableWriteError'] }),
      'server',
    ],
    [
      'a transaction that may be repeated',
      mongo('MongoServerError', { errorLabels: ['x', 'TransientTransactionError'] }),
      'server',
    ],
    ['an overload', mongo('MongoServerError', { errorLabels: ['RetryableError', 'SystemOverloadedError'] }), 'server'],
    ['a query that took too long', mongo('MongoServerError', { code: 50 }), 'timeout'],
    ['a duplicate key', mongo('MongoServerError', { code: 11_000 }), 'rejected'],
    ['a replica set without a primary', mongo('MongoServerError', { code: 10_107 }), 'server'],
    ['the network', mongo('MongoNetworkError', { errorLabels: ['ResetPool'] }), 'network'],
    ['the network in time', mongo('MongoNetworkTimeoutError'), 'timeout'],
    ['no server', mongo('MongoServerSelectionError', { errorLabels: [] }), 'network'],
    [
      'no server because of a certificate',
      mongo('MongoServerSelectionError', { errorLabels: [], cause: failed({ code: 'CERT_HAS_EXPIRED' }) }),
      'misconfigured',
    ],
    [
      'no connection of mongoose in time',
      mongo('MongooseError', { message: 'Operation `a.find()` buffering timed out after 10000ms' }),
      'timeout',
    ],
    ['no server of mongoose', mongo('MongooseServerSelectionError', { reason: {} }), 'network'],
    ['a mistake', mongo('MongoInvalidArgumentError', { errorLabels: [] }), 'unknown'],
  ]);
});

describe('Other stores and brokers', () => {
  const named = (name: string, properties: object): Error => failed({ name, ...properties });
  checks([
    ['a deadlock of SQL Server', failed({ code: 'EREQUEST', number: 1205, state: 51 }), 'server'],
    ['a key of SQL Server', failed({ code: 'EREQUEST', number: 2627 }), 'rejected'],
    ['a login of SQL Server', failed({ code: 'ELOGIN' }), 'rejected'],
    ['a slow SQL Server', failed({ code: 'ETIMEOUT' }), 'timeout'],
    ['a socket of SQL Server', failed({ code: 'ESOCKET' }), 'network'],
    ['a deadlock of Oracle', failed({ code: 'ORA-00060', errorNum: 60 }), 'server'],
    ['a connection of Oracle', failed({ code: 'NJS-503' }), 'network'],
    ['a key of Oracle', failed({ code: 'ORA-00001' }), 'rejected'],
    ['Neo4j in trouble', named('Neo4jError', { code: 'Neo.TransientError.Transaction.DeadlockDetected' }), 'server'],
    ['a statement of Neo4j', named('Neo4jError', { code: 'Neo.ClientError.Statement.SyntaxError' }), 'rejected'],
    ['Neo4j that cannot be reached', named('Neo4jError', { code: 'ServiceUnavailable' }), 'network'],
    ['an overloaded Cassandra', named('ResponseError', { code: 0x1001 }), 'server'],
    ['a slow Cassandra', named('ResponseError', { code: 0x1200 }), 'timeout'],
    ['no host of Cassandra', named('NoHostAvailableError', { innerErrors: {} }), 'network'],
    ['a slow NATS', named('NatsError', { code: 'TIMEOUT' }), 'timeout'],
    ['a NATS without responders', named('NatsError', { code: '503' }), 'network'],
    ['a busy Service Bus', named('ServiceBusError', { code: 'ServiceBusy', retryable: true }), 'server'],
    ['a slow ethers', failed({ code: 'TIMEOUT', shortMessage: 'request timeout' }), 'timeout'],
    ['a function of Firebase', named('FirebaseError', { code: 'functions/unavailable' }), 'network'],
    ['a limit of Firebase', named('FirebaseError', { code: 'resource-exhausted' }), 'rate-limited'],
    ['a network of Firebase', named('FirebaseError', { code: 'auth/network-request-failed' }), 'network'],
    ['a mistake of Firebase', named('FirebaseError', { code: 'auth/invalid-email' }), 'unknown'],
    ['a busy FTP server', named('FTPError', { code: 421 }), 'server'],
    ['a file that FTP does not have', named('FTPError', { code: 550 }), 'rejected'],
    ['a handshake of a WebSocket', failed({}, 'Unexpected server response: 503'), 'server'],
    ['a handshake that was refused', failed({}, 'Unexpected server response: 401'), 'rejected'],
    ['a handshake that was no handshake', failed({}, 'Unexpected server response: 200'), 'malformed'],
    ['a handshake that was too slow', failed({}, 'Opening handshake has timed out'), 'timeout'],
    ['Neo4j that says so', named('Neo4jError', { code: 'N/A', retriable: true }), 'server'],
    ['a slow FTP server', failed({}, 'Timeout (control socket)'), 'timeout'],
    ['a handshake in other words', failed({}, 'Unexpected server response: 503 and more'), 'unknown'],
  ]);
});

describe('Queues and mail', () => {
  const smtp = (responseCode: number, properties: object = {}): Error =>
    failed({ code: 'EENVELOPE', responseCode, command: 'MAIL FROM', ...properties });
  checks([
    ['a mailbox that is busy', smtp(450), 'server'],
    ['a mailbox that does not exist', smtp(550), 'rejected'],
    ['a wrong password', smtp(535, { code: 'EAUTH', command: 'AUTH PLAIN' }), 'rejected'],
    ['a reply without its command', failed({ responseCode: 450 }), 'unknown'],
    [
      'a mail server that refuses',
      failed({ code: 'ESOCKET', originalCode: 'ECONNREFUSED', command: 'CONN' }),
      'network',
    ],
    [
      'a mail server with a certificate of its own',
      failed({ code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT', command: 'CONN' }),
      'misconfigured',
    ],
    ['a mail server that closes', failed({ code: 'ECONNECTION', command: 'CONN' }), 'network'],
    ['a mail server that refuses TLS', smtp(502, { code: 'ETLS', command: 'STARTTLS' }), 'misconfigured'],
    ['a mail server whose TLS fails', failed({ code: 'ETLS', command: 'CONN' }), 'misconfigured'],
    ['a server of another protocol', failed({ code: 'EPROTOCOL', command: 'CONN' }), 'network'],
    ['an error of Kafka that passes', failed({ name: 'KafkaJSProtocolError', code: 6, retriable: true }), 'server'],
    [
      'an error of Kafka that does not',
      failed({ name: 'KafkaJSProtocolError', code: 29, retriable: false }),
      'rejected',
    ],
    ['a broker that does not answer', failed({ name: 'KafkaJSRequestTimeoutError', retriable: true }), 'timeout'],
    ['a broker that refuses', failed({ name: 'KafkaJSConnectionError', retriable: true }), 'network'],
    [
      'retries of Kafka that are spent',
      failed({
        name: 'KafkaJSNumberOfRetriesExceeded',
        retriable: false,
        cause: failed({ name: 'KafkaJSConnectionError', retriable: true }),
      }),
      'network',
    ],
    ['librdkafka under the interface of kafkajs', failed({ retriable: true, code: -185 }), 'timeout'],
    ['librdkafka without brokers', failed({ origin: 'kafka', code: -187 }), 'network'],
    ['a heartbeat of AMQP', failed({}, 'Heartbeat timeout'), 'timeout'],
    ['a handshake of AMQP', failed({}, 'Socket closed abruptly during opening handshake'), 'network'],
    ['a channel that AMQP closed', failed({ code: 404 }, 'Channel closed by server'), 'unknown'],
  ]);
});

// Databases: SQLSTATE, five characters (PostgreSQL, MySQL), and the codes of drivers and ORMs.
import type { FailureKind } from '../../core/failure.js';
import { read, readText, word } from '../reading.js';
import type { Seen } from '../seen.js';
import { kindsOf, kindsOfTexts } from './table.js';

const SQLSTATE = /^[0-9A-Z]{5}$/;

const KIND_BY_STATE = kindsOf({
  network: '57P01 57P02 57P03 57P05',
  timeout: '57014 55P03',
});

/**
 * Kinds by the class of the SQLSTATE, its first two characters. MySQL's general `HY000` is not listed: its code
 * decides.
 */
const KIND_BY_CLASS = kindsOf({
  network: '08',
  timeout: '70',
  server: '40 53 58 XX HV',
  rejected: '0A 0L 0P 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 42 44 45 54 55 P0',
});

const KIND_BY_MYSQL = kindsOf({
  network:
    'PROTOCOL_CONNECTION_LOST ER_SOCKET_UNEXPECTED_CLOSE ER_CONNECTION_KILLED ER_SERVER_SHUTDOWN POOL_NONEONLINE',
  timeout: `PROTOCOL_SEQUENCE_TIMEOUT ER_LOCK_WAIT_TIMEOUT ER_QUERY_TIMEOUT ER_GET_CONNECTION_TIMEOUT
    ER_CONNECTION_TIMEOUT ER_SOCKET_TIMEOUT ER_STATEMENT_TIMEOUT`,
  server: `ER_CON_COUNT_ERROR ER_TOO_MANY_USER_CONNECTIONS ER_LOCK_DEADLOCK ER_OUT_OF_RESOURCES
    ER_OPTION_PREVENTS_STATEMENT ER_READ_ONLY_MODE ER_DISK_FULL`,
  rejected: 'ER_USER_LIMIT_REACHED ER_ACCESS_DENIED_ERROR ER_BAD_NULL_ERROR ER_NO_DEFAULT_FOR_FIELD',
  misconfigured: 'HANDSHAKE_NO_SSL_SUPPORT',
});

/** postgres.js sets the same word as `code` and `errno`. */
const KIND_BY_POSTGRES = kindsOf({
  network: 'CONNECTION_CLOSED CONNECTION_ENDED CONNECTION_DESTROYED',
  timeout: 'CONNECT_TIMEOUT',
});

const KIND_BY_PRISMA = kindsOf({
  network: 'P1001 P1017',
  timeout: 'P1002 P1008 P2024',
  server: 'P2034 P2037',
  misconfigured: 'P1000 P1003 P1010 P1011 P1012 P1013',
});

const KIND_BY_SQLITE = kindsOf({
  server: 'SQLITE_BUSY SQLITE_BUSY_SNAPSHOT SQLITE_BUSY_RECOVERY SQLITE_BUSY_TIMEOUT SQLITE_LOCKED',
});

const KIND_BY_ORACLE = kindsOf({
  network: `NJS-500 NJS-501 NJS-503 NJS-511 NJS-512 NJS-514 NJS-521 ORA-03113 ORA-03114 ORA-03135 ORA-12170 ORA-12537
    ORA-12541 ORA-12543 ORA-12545`,
  timeout: 'NJS-040 NJS-123 ORA-01013 ORA-00054 ORA-30006',
  server: 'ORA-00018 ORA-00020 ORA-00060 ORA-01033 ORA-01034 ORA-01089 ORA-12514 ORA-12516 ORA-12520 ORA-12528',
  rejected: 'ORA-00001 ORA-00904 ORA-00942 ORA-01017 ORA-01400 ORA-01403 ORA-01722 ORA-02291 ORA-02292',
});

/** SQL Server's error numbers for deadlocks, and for a database that is being moved or is busy. */
const BUSY_SQL_SERVER: ReadonlySet<unknown> = new Set([
  ...[1205, 1222, 4060, 10_928, 10_929, 40_143, 40_197, 40_501, 40_613, 49_918, 49_919, 49_920],
]);

const KIND_BY_MESSAGE = kindsOfTexts({
  network: [
    ...['Connection terminated unexpectedly', 'Connection terminated'],
    ...['Client has encountered a connection error and is not queryable'],
    ...[
      'Connection lost: The server closed the connection.',
      "Can't add new command when connection is in closed state",
    ],
  ],
  timeout: [
    ...['timeout exceeded when trying to connect', 'Connection terminated due to connection timeout'],
    ...['Query read timeout', 'timeout expired'],
  ],
  misconfigured: ['The server does not support SSL connections'],
});

export function kindOfSql(seen: Seen): FailureKind | undefined {
  const { error } = seen;
  const code = word(seen.code) ?? word(readText(error, 'errorCode'));
  return (code === undefined ? undefined : kindOfCode(code, seen)) ?? kindOfState(readText(error, 'sqlState'));
}

function kindOfCode(code: string, seen: Seen): FailureKind | undefined {
  const { error } = seen;
  const byDriver = KIND_BY_MYSQL.get(code) ?? KIND_BY_SQLITE.get(code) ?? KIND_BY_ORACLE.get(code);
  if (byDriver) return byDriver;
  if (code.startsWith('SQLITE_CONSTRAINT')) return 'rejected';
  if (KIND_BY_POSTGRES.has(code)) return readText(error, 'errno') === code ? KIND_BY_POSTGRES.get(code) : undefined;
  if (/^P[12]\d{3}$/.test(code) && isPrisma(seen))
    return KIND_BY_PRISMA.get(code) ?? (code[1] === '2' ? 'rejected' : undefined);
  if (code === 'EREQUEST' || code === 'ELOGIN') {
    const number = read(error, 'number');
    return BUSY_SQL_SERVER.has(number)
      ? 'server'
      : Number.isInteger(number) || code === 'ELOGIN'
        ? 'rejected'
        : undefined;
  }
  return readText(error, 'severity') === undefined ? undefined : kindOfState(code);
}

function kindOfState(state: string | undefined): FailureKind | undefined {
  if (state?.length !== 5 || !SQLSTATE.test(state)) return undefined;
  return KIND_BY_STATE.get(state) ?? KIND_BY_CLASS.get(state.slice(0, 2));
}

function isPrisma({ name, error }: Seen): boolean {
  return readText(error, 'clientVersion') !== undefined || name?.startsWith('PrismaClient') === true;
}

export function sqlByMessage({ message }: Seen): FailureKind | undefined {
  return KIND_BY_MESSAGE.get(word(message));
}

// SQL: real servers answer what they answer; what comes before an answer is played.
import { at, GARBAGE_FAULT, listen, SILENCE_FAULT, TCP_FAULTS } from '../support/tcp.js';

const pgRefusal =
  (code, severity = 'FATAL') =>
  () =>
    listen((socket) =>
      socket.once('data', () => {
        const fields = Buffer.from(`S${severity}\0V${severity}\0C${code}\0MThe message.\0\0`);
        const head = Buffer.alloc(5);
        head.write('E');
        head.writeInt32BE(fields.length + 4, 1);
        socket.end(Buffer.concat([head, fields]));
      }),
    );

const sql = (id, kind, query, rest) => ({ id, kind, query, ...at('postgres'), ...rest });
/** The server raises whatever state it is asked for. */
const raised = (state, kind) =>
  sql(`SQLSTATE ${state}`, kind, `do $$ begin raise exception 'The message.' using errcode = '${state}'; end $$`);

const PG_FAULTS = [
  ...TCP_FAULTS,
  GARBAGE_FAULT,
  SILENCE_FAULT,
  { id: 'starting up, 57P03', kind: 'network', start: pgRefusal('57P03') },
  sql('syntax error', 'rejected', 'selec 1'),
  sql('unknown table', 'rejected', 'select * from nowhere'),
  sql(
    'not unique',
    'rejected',
    'create temp table t (id int primary key); insert into t values (1); insert into t values (1)',
  ),
  sql('not null', 'rejected', 'create temp table t (id int not null); insert into t values (null)'),
  sql('division by zero', 'rejected', 'select 1 / 0'),
  sql('no permission', 'rejected', 'select 1', { with: { user: 'guarded', password: 'wrong' } }),
  sql('unknown database', 'rejected', 'select 1', { with: { database: 'nowhere' } }),
  sql('statement_timeout', 'timeout', 'set statement_timeout = 100; select pg_sleep(3)', {
    decidable: false,
    reason: '57014 is a timeout or a cancelled statement',
  }),
  sql('lock_timeout', 'timeout', undefined, { prepare: 'lock' }),
  sql('the backend is terminated', 'network', 'select pg_terminate_backend(pg_backend_pid())'),
  sql('too many connections', 'server', 'select 1', { prepare: 'crowd' }),
  sql('deadlock', 'server', undefined, { prepare: 'deadlock' }),
  sql("no answer, the client's timeout", 'timeout', 'select pg_sleep(3)', { by: 'client' }),
  sql('TLS self-signed', 'misconfigured', 'select 1', { isTls: true, with: { ssl: true } }),
  {
    id: 'TLS is asked for and not offered',
    kind: 'misconfigured',
    isTls: true,
    with: { ssl: true },
    start: () => listen((socket) => socket.once('data', () => socket.write('N'))),
  },
  ...['08003', '08006', '57P01', '57P02'].map((state) => raised(state, 'network')),
  ...['40001', '40P01', '53000', '53100', '53200', '53300', '58000', '58030', 'XX000'].map((state) =>
    raised(state, 'server'),
  ),
  raised('55P03', 'timeout'),
  ...['22001', '23503', '25006', '28000', '2BP01', '3D000', '42501', '44000', '54000'].map((state) =>
    raised(state, 'rejected'),
  ),
];

async function pgCall({ host, port, timeout, fault }) {
  const { default: pg } = await import('pg');
  const limits = timeout && { connectionTimeoutMillis: timeout, query_timeout: timeout };
  const client = new pg.Client({ host, port, user: 'measured', database: 'postgres', ...limits, ...fault.with });
  // Without a listener the loss of a connection would end the process.
  client.on('error', () => undefined);
  const others = [];
  const connect = async () => {
    const other = new pg.Client({ host, port, user: 'measured', database: 'postgres' });
    other.on('error', () => undefined);
    others.push(other);
    await other.connect();
    return other;
  };
  try {
    if (fault.prepare === 'crowd') for (let i = 0; i < 12; i++) await connect().catch(() => undefined);
    await client.connect();
    if (fault.prepare === 'deadlock') return await deadlock(client, await connect());
    if (fault.prepare === 'lock') {
      const other = await connect();
      await other.query('create table if not exists locked (id int)');
      await other.query('begin; lock table locked');
      return await client.query('begin; set local lock_timeout = 100; lock table locked');
    }
    return await client.query(fault.query);
  } finally {
    for (const one of [client, ...others]) one.end().catch(() => undefined);
  }
}

async function deadlock(one, other) {
  await one.query(
    'create table if not exists dead (id int primary key); insert into dead values (1), (2) on conflict do nothing',
  );
  await one.query('begin; update dead set id = id where id = 1');
  await other.query('begin; update dead set id = id where id = 2');
  const both = await Promise.allSettled([
    one.query('update dead set id = id where id = 2'),
    other.query('update dead set id = id where id = 1'),
  ]);
  const victim = both.find(({ status }) => status === 'rejected');
  if (victim) throw victim.reason;
}

const IN_DATABASE = ['create database if not exists measured', 'use measured'];
const maria = (id, kind, query, rest) => ({ id, kind, query, ...at('mariadb'), ...rest });

const MYSQL_FAULTS = [
  ...TCP_FAULTS,
  GARBAGE_FAULT,
  SILENCE_FAULT,
  maria('syntax error', 'rejected', ['selec 1']),
  maria('unknown table', 'rejected', ['select * from measured.nowhere']),
  maria('unknown database', 'rejected', ['use nowhere']),
  maria('not unique', 'rejected', [
    ...IN_DATABASE,
    'create temporary table t (id int primary key)',
    'insert into t values (1)',
    'insert into t values (1)',
  ]),
  maria('not null', 'rejected', [
    ...IN_DATABASE,
    'create temporary table t (id int not null)',
    'insert into t values (null)',
  ]),
  maria('too long', 'rejected', [
    "set sql_mode='STRICT_ALL_TABLES'",
    ...IN_DATABASE,
    'create temporary table t (s char(1))',
    "insert into t values ('long')",
  ]),
  maria('wrong password', 'rejected', [], { with: { user: 'nobody', password: 'wrong' } }),
  maria('lock wait timeout', 'timeout', undefined, { prepare: 'lock' }),
  maria('deadlock', 'server', undefined, { prepare: 'deadlock' }),
  maria('max_statement_time', 'timeout', [
    'set max_statement_time = 0.1',
    'select count(*) from information_schema.columns a, information_schema.columns b, information_schema.columns c',
  ]),
  maria('the connection is killed', 'network', undefined, { prepare: 'kill' }),
  maria('too many connections', 'server', [], { prepare: 'crowd' }),
  maria("no answer, the client's timeout", 'timeout', ['select sleep(3)'], { by: 'client' }),
  maria('signal 45000', 'rejected', ["signal sqlstate '45000' set message_text = 'The message.'"], {
    decidable: false,
    reason: '45000 means whatever the procedure means',
  }),
  maria('read only', 'rejected', [
    ...IN_DATABASE,
    'create table if not exists measured.t (id int)',
    'start transaction read only',
    'insert into measured.t values (1)',
  ]),
  maria('TLS is asked for and not offered', 'misconfigured', [], { isTls: true, with: { ssl: {} } }),
];

async function mysqlCall({ host, port, timeout, fault }) {
  const { default: mysql } = await import('mysql2/promise');
  const opened = [];
  const connect = async (options) => {
    const connection = await mysql.createConnection({
      host,
      port,
      user: 'root',
      ...(timeout && { connectTimeout: timeout }),
      ...options,
    });
    connection.on('error', () => undefined);
    opened.push(connection);
    return connection;
  };
  try {
    if (fault.prepare === 'crowd') for (let i = 0; i < 12; i++) await connect();
    const one = await connect(fault.with);
    if (fault.prepare === 'kill') return await killed(one, await connect());
    if (fault.prepare === 'lock' || fault.prepare === 'deadlock')
      return await locked(one, await connect(), fault.prepare);
    for (const text of fault.query ?? ['select 1']) await one.query({ sql: text, ...(timeout && { timeout }) });
  } finally {
    for (const connection of opened) connection.destroy();
  }
}

async function killed(one, other) {
  const running = one.query('select sleep(3)');
  running.catch(() => undefined);
  await other.query(`kill ${one.threadId}`);
  return running;
}

async function locked(one, other, how) {
  await one.query('create database if not exists measured');
  await one.query('create table if not exists measured.dead (id int primary key, n int)');
  await one.query('replace into measured.dead values (1, 0), (2, 0)');
  const update = (connection, id) => connection.query('update measured.dead set n = n + 1 where id = ?', [id]);
  for (const connection of [one, other]) await connection.query('start transaction');
  await update(one, 1);
  if (how === 'lock') return update(other, 1);
  await update(other, 2);
  const both = await Promise.allSettled([update(one, 2), update(other, 1)]);
  const victim = both.find(({ status }) => status === 'rejected');
  if (victim) throw victim.reason;
}

export const sqlClients = {
  name: 'sql',
  title: 'SQL',
  servers: ['postgres', 'mariadb'],
  setups: [
    { name: 'pg', package: 'pg', faults: PG_FAULTS, call: pgCall },
    {
      name: 'pg, a pool',
      package: 'pg',
      faults: [
        ...TCP_FAULTS,
        SILENCE_FAULT,
        sql('no connection is free in time', 'timeout', 'select 1', { by: 'client' }),
      ],
      call: async ({ host, port, timeout, fault }) => {
        const { default: pg } = await import('pg');
        const pool = new pg.Pool({
          host,
          port,
          user: 'measured',
          database: 'postgres',
          max: 1,
          connectionTimeoutMillis: timeout,
        });
        pool.on('error', () => undefined);
        const taken = fault.query && (await pool.connect());
        try {
          return await pool.query('select 1');
        } finally {
          taken?.release();
          pool.end().catch(() => undefined);
        }
      },
    },
    { name: 'mysql2', package: 'mysql2', faults: MYSQL_FAULTS, call: mysqlCall },
  ],
};

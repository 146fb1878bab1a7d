// Prisma over a real PostgreSQL. Its client is generated when it is measured; no engine is downloaded.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { at, listen, TCP_FAULTS } from '../support/tcp.js';

const require = createRequire(import.meta.url);
const SCHEMA = `generator client {
  provider   = "prisma-client-js"
  engineType = "client"
  output     = "./generated"
}
datasource db {
  provider = "postgresql"
}
model Thing {
  id   Int    @id
  name String @unique
}
`;

/** In the folder of the certificates, which goes when the measurement ends. */
let generated;
function clientClass(folder) {
  if (generated) return generated;
  const at = join(folder, `prisma-${process.pid}`);
  mkdirSync(at);
  writeFileSync(join(at, 'schema.prisma'), SCHEMA);
  const cli = require.resolve('prisma/build/index.js');
  // The engine of schemas is only asked for, never run.
  const env = { PATH: process.env.PATH, HOME: folder, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  execFileSync(process.execPath, [cli, 'generate', '--schema', join(at, 'schema.prisma')], { env, stdio: 'ignore', cwd: at });
  generated = require(join(at, 'generated'));
  return generated;
}

const on = (id, kind, work, rest) => ({ id, kind, work, ...at('postgres'), ...rest });
const raising = (state, kind) =>
  on(`SQLSTATE ${state}`, kind, (client) => client.$executeRawUnsafe(`do $$ begin raise exception 'The message.' using errcode = '${state}'; end $$`));

export const prisma = {
  name: 'prisma',
  title: 'Prisma',
  servers: ['postgres'],
  setups: [
    {
      name: '@prisma/client',
      package: '@prisma/client',
      patience: 12_000,
      faults: [
        ...TCP_FAULTS,
        { id: "silence, the client's timeout", kind: 'timeout', by: 'client', start: () => listen(() => undefined) },
        on('not unique', 'rejected', (client) => client.thing.createMany({ data: [{ id: 1, name: 'a' }, { id: 2, name: 'a' }] })),
        on('nothing to update', 'rejected', (client) => client.thing.update({ where: { id: 404 }, data: { name: 'b' } })),
        on('nothing is found', 'rejected', (client) => client.thing.findUniqueOrThrow({ where: { id: 404 } })),
        on('wrong password', 'misconfigured', (client) => client.thing.findMany(), { user: 'guarded' }),
        on('unknown database', 'misconfigured', (client) => client.thing.findMany(), { database: 'nowhere' }),
        on('no connection is free in time', 'timeout', (client) => Promise.all([client.$queryRawUnsafe('select 1 from pg_sleep(2)'), client.thing.findMany()]), { by: 'client', max: 1 }),
        on('the transaction takes too long', 'timeout', (client) => client.$transaction(async (tx) => { await tx.$queryRawUnsafe('select 1 from pg_sleep(0.5)'); await tx.thing.findMany(); }, { timeout: 100 })),
        raising('40001', 'server'),
        raising('40P01', 'server'),
        raising('57P01', 'network'),
        raising('22012', 'rejected'),
        on('wrong arguments', 'unknown', (client) => client.thing.findMany({ where: { nothing: 1 } }), { decidable: false, reason: 'a bug of the calling code' }),
      ],
      call: async ({ host, port, timeout, fault, folder }) => {
        const { PrismaClient } = clientClass(folder);
        const { PrismaPg } = await import('@prisma/adapter-pg');
        const { user = 'measured', database = 'measured', max = 4 } = fault;
        if (fault.server) await makeDatabase(host, port);
        const adapter = new PrismaPg({ host, port, user, database, password: 'wrong', max, connectionTimeoutMillis: timeout ?? 2000 });
        const client = new PrismaClient({ adapter, log: [] });
        try {
          return await (fault.work ?? ((one) => one.thing.findMany()))(client);
        } finally {
          client.$disconnect().catch(() => undefined);
        }
      },
    },
  ],
};

async function makeDatabase(host, port) {
  const { default: pg } = await import('pg');
  const connect = async (database) => {
    const client = new pg.Client({ host, port, user: 'measured', database });
    await client.connect();
    return client;
  };
  const root = await connect('postgres');
  await root.query('create database measured').catch(() => undefined);
  await root.end();
  const own = await connect('measured');
  await own.query('create table if not exists "Thing" (id int primary key, name text unique)');
  await own.end();
}

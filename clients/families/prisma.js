// Prisma over a real PostgreSQL. Its client is generated when it is measured; no engine is downloaded.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** Where the generator finds @prisma/client. */
const PLACE = fileURLToPath(new URL('../node_modules/.cache/measured-prisma', import.meta.url));

function generate() {
  mkdirSync(PLACE, { recursive: true });
  writeFileSync(join(PLACE, 'schema.prisma'), SCHEMA);
  const cli = require.resolve('prisma/build/index.js');
  // The engine of schemas is only asked for, never run.
  const env = {
    PATH: process.env.PATH,
    HOME: PLACE,
    PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  };
  execFileSync(process.execPath, [cli, 'generate', '--schema', join(PLACE, 'schema.prisma')], {
    env,
    stdio: 'ignore',
    cwd: PLACE,
  });
}

/** Two transactions that read what the other writes. */
async function conflict(client) {
  for (const id of [11, 12]) await client.thing.upsert({ where: { id }, create: { id, name: `n${id}` }, update: {} });
  const both = await Promise.allSettled(
    [
      [11, 12],
      [12, 11],
    ].map(([one, other]) =>
      client.$transaction(
        async (tx) => {
          await tx.thing.update({ where: { id: one }, data: { name: `m${one}` } });
          await new Promise((resolve) => setTimeout(resolve, 100));
          await tx.thing.update({ where: { id: other }, data: { name: `m${other}${one}` } });
        },
        { isolationLevel: 'Serializable' },
      ),
    ),
  );
  const victim = both.find(({ status }) => status === 'rejected');
  if (victim) throw victim.reason;
}

const on = (id, kind, work, rest) => ({ id, kind, work, ...at('postgres'), ...rest });
const raising = (state, kind) =>
  on(
    `SQLSTATE ${state}`,
    kind,
    (client) =>
      client.$executeRawUnsafe(`do $$ begin raise exception 'The message.' using errcode = '${state}'; end $$`),
    {
      decidable: false,
      reason: 'P2010 stands for every raw query that failed',
    },
  );

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
        on('not unique', 'rejected', (client) =>
          client.thing.createMany({
            data: [
              { id: 1, name: 'a' },
              { id: 2, name: 'a' },
            ],
          }),
        ),
        on('nothing to update', 'rejected', (client) =>
          client.thing.update({ where: { id: 404 }, data: { name: 'b' } }),
        ),
        on('nothing is found', 'rejected', (client) => client.thing.findUniqueOrThrow({ where: { id: 404 } })),
        on('wrong password', 'misconfigured', (client) => client.thing.findMany(), { user: 'guarded' }),
        on('unknown database', 'misconfigured', (client) => client.thing.findMany(), { database: 'nowhere' }),
        on(
          'no connection is free in time',
          'timeout',
          (client) => Promise.all([client.$queryRawUnsafe('select 1 from pg_sleep(2)'), client.thing.findMany()]),
          { by: 'client', max: 1 },
        ),
        on(
          'the transaction takes too long',
          'timeout',
          (client) =>
            client.$transaction(
              async (tx) => {
                await tx.$queryRawUnsafe('select 1 from pg_sleep(0.5)');
                await tx.thing.findMany();
              },
              { timeout: 100 },
            ),
          {
            decidable: false,
            reason: 'P2028 stands for every failure of a transaction',
          },
        ),
        on('write conflict', 'server', conflict),
        raising('40001', 'server'),
        raising('40P01', 'server'),
        raising('57P01', 'network'),
        raising('22012', 'rejected'),
        on('wrong arguments', 'unknown', (client) => client.thing.findMany({ where: { nothing: 1 } }), {
          decidable: false,
          reason: 'a bug of the calling code',
        }),
      ],
      prepare: async ({ host, port, fault }) => {
        if (!existsSync(join(PLACE, 'generated'))) generate();
        if (fault.server) await makeDatabase(host, port);
      },
      call: async ({ host, port, timeout, fault }) => {
        const { PrismaClient } = require(join(PLACE, 'generated'));
        const { PrismaPg } = await import('@prisma/adapter-pg');
        const { user = 'measured', database = 'measured', max = 4 } = fault;
        const adapter = new PrismaPg({
          host,
          port,
          user,
          database,
          password: 'wrong',
          max,
          connectionTimeoutMillis: timeout ?? 2000,
        });
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

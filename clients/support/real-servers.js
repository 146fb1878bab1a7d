// Real servers on free ports of 127.0.0.1, with their data in a temporary folder: what the system has of redis-server,
// postgresql and mariadb-server. Where one is missing, its cells are not measured.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { certificate } from './certificates.js';

const START_MS = 20_000;
const STOP_MS = 3000;
const isRoot = process.getuid?.() === 0;

/** Those that run, so that they can be stopped while others are still being started. */
const running = [];

/** Starts what a family asks for. The answer is the port of each; none for a program that is not installed. */
export async function startServers(names, folder) {
  const ports = {};
  for (const name of names) {
    const port = await STARTERS[name](folder, await freePort());
    if (port !== undefined) ports[name] = port;
  }
  return ports;
}

export async function stopServers() {
  await Promise.all(running.splice(0).map(stop));
}

const STARTERS = {
  redis: (folder, port) => redis(folder, 'redis', port, ['--requirepass', 'secret', '--maxclients', '20']),
  'redis-cluster': (folder, port) => redis(folder, 'redis-cluster', port, ['--cluster-enabled', 'yes']),
  'redis-replica': (folder, port) =>
    redis(folder, 'redis-replica', port, ['--replicaof', '127.0.0.1', '1', '--replica-serve-stale-data', 'yes']),
  'redis-orphan': (folder, port) =>
    redis(folder, 'redis-orphan', port, ['--replicaof', '127.0.0.1', '1', '--replica-serve-stale-data', 'no']),
  postgres,
  mariadb,
};

async function redis(folder, name, port, options) {
  const program = find(['/usr/bin/redis-server', '/usr/local/bin/redis-server']);
  if (!program) return undefined;
  const data = dataFolder(folder, name);
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    data,
    '--save',
    '',
    '--appendonly',
    'no',
    ...options,
  ];
  return started(spawn(program, args, { stdio: 'ignore' }), port);
}

async function postgres(folder, port) {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const programs = versions.map((version) => `/usr/lib/postgresql/${version}/bin`).at(-1);
  if (!programs) return undefined;
  const data = dataFolder(folder, 'postgres');
  const { key, cert } = certificate(folder, 'self-signed');
  // It refuses to run for root.
  const user = isRoot ? { uid: idOf('postgres'), gid: idOf('postgres', '-g') } : {};
  if (isRoot) execFileSync('chown', ['postgres', data]);
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'measured', '-A', 'trust', '--no-sync'], {
    stdio: 'ignore',
    ...user,
    cwd: data,
  });
  writeFileSync(join(data, 'own.key'), key);
  writeFileSync(join(data, 'own.crt'), cert);
  chmodSync(join(data, 'own.key'), 0o600);
  writeFileSync(
    join(data, 'pg_hba.conf'),
    'host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n',
  );
  if (isRoot) execFileSync('chown', ['-R', 'postgres', data]);
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: data,
    max_connections: 12,
    fsync: 'off',
    ssl: 'on',
    ssl_cert_file: 'own.crt',
    ssl_key_file: 'own.key',
    deadlock_timeout: '100ms',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return started(
    spawn(join(programs, 'postgres'), ['-D', data, ...args], { stdio: 'ignore', ...user, cwd: data }),
    port,
    // Fast: it does not wait for its clients to leave.
    'SIGINT',
  );
}

async function mariadb(folder, port) {
  const program = find(['/usr/sbin/mariadbd', '/usr/bin/mariadbd']);
  const install = find(['/usr/bin/mariadb-install-db', '/usr/bin/mysql_install_db']);
  if (!program || !install) return undefined;
  const data = dataFolder(folder, 'mariadb');
  if (isRoot) execFileSync('chown', ['mysql', data]);
  const user = isRoot ? ['--user=mysql'] : [];
  execFileSync(
    install,
    ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', ...user],
    { stdio: 'ignore' },
  );
  const settings = [
    `--datadir=${data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${data}/socket`,
    '--max-connections=10',
    '--innodb-lock-wait-timeout=1',
    `--pid-file=${data}/pid`,
  ];
  return started(spawn(program, ['--no-defaults', ...settings, ...user], { stdio: 'ignore' }), port);
}

const find = (paths) => paths.find((path) => existsSync(path));
const idOf = (user, which = '-u') => Number(execFileSync('id', [which, user]));

function dataFolder(folder, name) {
  chmodSync(folder, 0o755);
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

async function started(child, port, ending = 'SIGTERM') {
  running.push({ child, ending });
  const until = Date.now() + START_MS;
  while (!(await answers(port))) {
    if (Date.now() > until || child.exitCode !== null) throw new Error(`${child.spawnfile} did not start`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return port;
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function stop({ child, ending }) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.on('close', () => (clearTimeout(timer), resolve()));
    child.kill(ending);
  });
}

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { spy } from 'sinon';
import { startFaultServer } from '#lib/testing/fault-server/index.js';
import { ask, caught, chainOf, defaultClient, dial, IMPATIENT, settlesWithin, useServer } from '../../support/sdks.js';

const LIBRARY = import.meta.resolve('#lib/testing/fault-server/index.js');

/** Starts a program that has `startFaultServer` and `get`. */
function start(program: string): ChildProcessWithoutNullStreams {
  const source = `
    import { startFaultServer } from ${JSON.stringify(LIBRARY)};
    const get = (server) =>
      fetch(server.baseUrl + '/models', { headers: { authorization: 'Bearer k' } }).then((r) => r.text());
    ${program}`;
  return spawn(process.execPath, ['--input-type=module', '-e', source], { timeout: 20_000 });
}

/** Runs a program to its end; tells how it ended and what it wrote. */
async function run(program: string): Promise<{ code: unknown; said: string }> {
  const child = start(program);
  const parts: unknown[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => parts.push(part));
  const [code] = await once(child, 'close');
  return { code, said: parts.join('') };
}

describe('the life of a fault server', function () {
  // New processes take their time on a busy machine.
  this.timeout(30_000);
  const use = useServer();

  it('has an address on the loopback, on the port that was asked for', async () => {
    const { port } = await startFaultServer().then(async (free) => {
      await free.close();
      return free;
    });
    const server = await startFaultServer({ port });
    expect(server.port).to.equal(port);
    expect(server.baseUrl).to.equal(`http://127.0.0.1:${port}/v1`);
    await server.close();
  });

  it('does not start on a port that is taken', async () => {
    expect(await caught(startFaultServer({ port: use.server.port }))).to.have.property('code', 'EADDRINUSE');
  });

  it('ends every connection on close, whatever was going on', async () => {
    const server = await startFaultServer();
    server.script('stall', 'body-stall', { type: 'body-drip', everyMs: 5 }, { type: 'ok', delayMs: 60_000 }, 'ok');
    const client = defaultClient(server.baseUrl);
    const failing = [1, 2, 3, 4].map(() => caught(ask(client)));
    await server.received(4);
    await ask(client);
    const idle = await dial(server.port);
    const ended = once(idle.resume(), 'close');
    await Promise.all([server.close(), server.close()]);
    await ended;
    expect(server.open).to.equal(0);
    for (const error of await Promise.all(failing)) expect(chainOf(error)).to.include('TypeError');
    expect(server.requests.map(({ outcome }) => outcome)).to.deep.equal([...Array(4).fill('broken'), 'answered']);
    await server.close();
    expect(await caught(dial(server.port))).to.have.property('code', 'ECONNREFUSED');
  });

  it('cannot be opened again after close', async () => {
    const server = await startFaultServer();
    await server.close();
    await server.refuse();
    expect(await caught(server.accept()))
      .to.have.property('message')
      .that.includes('closed');
  });

  it('does what was asked for last when refusals and acceptances overlap', async () => {
    const { server } = use;
    await Promise.all([server.refuse(), server.accept(), server.refuse(), server.refuse()]);
    expect(await caught(dial(server.port))).to.have.property('code', 'ECONNREFUSED');
    await Promise.all([server.accept(), server.accept(), server.refuse(), server.accept()]);
    (await dial(server.port)).destroy();
  });

  it('waits for its port when something else has it for a moment', async () => {
    const server = await startFaultServer();
    await server.refuse();
    const squatter = await startFaultServer({ port: server.port });
    const accepted = server.accept();
    setTimeout(() => void squatter.close(), 50);
    await accepted;
    (await dial(server.port)).destroy();
    await server.close();
  });

  it('leaves nothing that keeps a process running after close', async () => {
    const program = `
      const server = await startFaultServer({ keepProcessAlive: true });
      server.script('ok', 'stall', { type: 'body-drip', everyMs: 1 });
      await get(server);
      const waiting = [get(server), get(server)].map((each) => each.catch(() => 'ended'));
      await server.received(3);
      await server.close();
      console.log(...(await Promise.all(waiting)), process.getActiveResourcesInfo().filter((r) => /TCP|Timeout/.test(r)).length);`;
    expect(await run(program)).to.deep.equal({ code: 0, said: 'ended ended 0\n' });
  });

  it('gives a timer back as soon as the client leaves, and lets none keep the process running', async () => {
    const MARK_MS = 54_321;
    const timers = spy(globalThis, 'setTimeout');
    const cleared = spy(globalThis, 'clearTimeout');
    try {
      use.server.script({ type: 'ok', delayMs: MARK_MS });
      await caught(ask(defaultClient(use.server.baseUrl, IMPATIENT)));
      await use.server.settled();
      const [timer] = timers.getCalls().flatMap(({ args, returnValue }) => (args[1] === MARK_MS ? [returnValue] : []));
      expect(timer?.hasRef()).to.equal(false);
      expect(cleared.calledWith(timer)).to.equal(true);
    } finally {
      timers.restore();
      cleared.restore();
    }
  });

  it('lets a process end that forgot to close it', async () => {
    const program = `
      const server = await startFaultServer({ latencyMs: 20 });
      await get(server);
      await server.refuse();
      await server.accept();
      await get(server);
      const done = Date.now();
      process.on('exit', () => console.log(Date.now() - done < 2_000 ? 'at once' : 'late'));`;
    // Left alone, the client itself would close its idle connection after four seconds.
    expect(await run(program)).to.deep.equal({ code: 0, said: 'at once\n' });
  });

  it('keeps a process running when asked to', async () => {
    const program = `
      const server = await startFaultServer({ keepProcessAlive: true });
      console.log('up');`;
    const child = start(program);
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    expect(await settlesWithin(300, ended)).to.equal(false);
    child.kill();
    await ended;
  });
});

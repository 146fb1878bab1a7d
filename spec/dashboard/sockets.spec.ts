import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { configure } from '#lib/index.js';
import { serveDashboard, type ServedDashboard, toNode } from '#lib/dashboard/index.js';
import { Viewer } from '#lib/dashboard/viewer.js';
import { library, runProgram } from '../support/program.js';

const NO_BUFFER = { highWaterMark: 0 };

describe('serveDashboard', function () {
  this.timeout(20_000);
  let served: ServedDashboard;
  let restore: () => void;

  beforeEach(async () => {
    restore = configure({ settings: { log: { level: 'silent' } } });
    served = await serveDashboard();
  });
  afterEach(async () => {
    await served.close();
    restore();
  });

  const headers = (): Record<string, string> => ({ authorization: `Bearer ${new URL(served.url).hash.slice(1)}` });

  it('serves on a free port, with its token behind #, until it is closed', async () => {
    const { origin } = new URL(served.url);
    expect((await fetch(`${origin}/`)).status).to.equal(200);
    expect((await fetch(`${origin}/api/inspect`, { headers: headers() })).status).to.equal(200);
    expect((await fetch(`${origin}/api/inspect`)).status).to.equal(401);
    await served.close();
    expect(await fetch(origin).catch(() => 'closed')).to.equal('closed');
  });

  it('answers no name but its own, whatever the header says', async () => {
    expect(await raw('GET / HTTP/1.1\r\nHost: evil.example\r\n')).to.match(/^HTTP\/1\.1 421 /);
    expect(await raw('GET / HTTP/1.1\r\nHost: evil.example@127.0.0.1\r\n')).to.match(/^HTTP\/1\.1 4\d\d /);
    expect(await raw('GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n')).not.to.match(/^HTTP\/1\.1 5/);
    expect(await raw('GET / HTTP/1.1\r\nHost: [\r\n')).to.match(/^HTTP\/1\.1 400 /);
  });

  it('shows no stack for a path that is hostile', async () => {
    for (const path of [
      `/${'a'.repeat(10_000)}`,
      '/%',
      '/%00',
      '/../../etc/passwd',
      '//',
      '/api/circuits/%E0/isolate',
    ]) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n`);
      expect(answer, path).to.match(/^HTTP\/1\.1 4\d\d /);
      expect(answer, path).not.to.match(/ at |node:|\.js/);
    }
  });

  it('ends the connection of a reader that is dropped, though it does not read', async () => {
    let viewer!: Viewer;
    const body = new ReadableStream<Uint8Array>(
      { start: (controller) => (viewer = new Viewer(controller)) },
      NO_BUFFER,
    );
    const server = createServer(toNode(() => new Response(body))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.pause().write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    const closed = new Promise((resolve) => accepted.once('close', resolve));
    const message = new Uint8Array(100_000);
    while (viewer.event(message)) await new Promise((resolve) => setImmediate(resolve));
    viewer.drop();
    await closed;
    socket.destroy();
    server.close();
  });

  it('leaves no listener and no timer of 100 streams that were opened and cut', async () => {
    const { code, stdout } = await runProgram(`
      import { serveDashboard } from ${library('dashboard/index.js')};
      import { runtime } from ${library('runtime/runtime.js')};
      let listeners = 0;
      const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
      const listen = runtime.telemetry.listen.bind(runtime.telemetry);
      runtime.telemetry.listen = (listener) => {
        listeners += 1;
        const end = listen(listener);
        return () => { listeners -= 1; end(); };
      };
      process.on('warning', ({ message }) => console.log(message));
      const served = await serveDashboard();
      const { origin, hash } = new URL(served.url);
      const headers = { authorization: 'Bearer ' + hash.slice(1) };
      let most = 0;
      for (let i = 0; i < 100; i++) {
        const gone = new AbortController();
        const { status, body } = await fetch(origin + '/api/events', { headers, signal: gone.signal });
        if (status !== 200) console.log(status);
        await body.getReader().read();
        most = Math.max(most, listeners);
        gone.abort();
        while (listeners > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      console.log(most, listeners, served.url.length > 0);
    `);
    expect([code, stdout]).to.deep.equal([0, '1 0 true\n']);
  });

  it('lets the process end with a stream open, after close and without it', async () => {
    const program = (end: string): string => `
      import { serveDashboard } from ${library('dashboard/index.js')};
      const served = await serveDashboard();
      const { origin, hash } = new URL(served.url);
      const { body } = await fetch(origin + '/api/events', { headers: { authorization: 'Bearer ' + hash.slice(1) } });
      const reader = body.getReader();
      await reader.read();
      ${end}
    `;
    const closed = await runProgram(
      program('await served.close(); await reader.read().catch(() => console.log("cut"));'),
    );
    expect([closed.code, closed.stdout]).to.deep.equal([0, 'cut\n']);
    const { code } = await runProgram(`
      import { serveDashboard } from ${library('dashboard/index.js')};
      await serveDashboard();
    `);
    expect(code).to.equal(0);
  });

  /** What a request that no client would send is answered with. */
  async function raw(head: string): Promise<string> {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    socket.setEncoding('utf8').write(`${head}Connection: close\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  }
});

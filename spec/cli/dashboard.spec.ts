import { createServer } from 'node:http';
import { expect } from 'chai';
import { circuit, CircuitProtected, configure } from '#lib/index.js';
import { handlerFor } from '#lib/cli/dashboard/watch.js';
import { remoteAt } from '#lib/cli/dashboard/remote.js';
import { UsageError } from '#lib/cli/errors.js';
import { dashboard, serveDashboard, toNode } from '#lib/dashboard/index.js';
import { begin, HOLDFAST, holdfast } from '../support/command.js';
import { uniqueName } from '../support/upstream.js';

describe('holdfast dashboard', () => {
  let restore: () => void;
  before(() => (restore = configure({ settings: { log: { level: 'silent' } } })));
  after(() => restore());

  const get = (path: string, token = 'a-token-of-a-spec', signal?: AbortSignal): Request =>
    new Request(`http://127.0.0.1:1${path}`, { headers: { authorization: `Bearer ${token}` }, signal: signal ?? null });

  it('merges the streams of several processes into one', async () => {
    const name = uniqueName();
    await CircuitProtected({ circuit: name })(async () => 'x')();
    const served = [await serveDashboard(), await serveDashboard()];
    const handler = handlerFor(
      served.map(({ url }) => remoteAt(url)),
      'a-token-of-a-spec',
    );
    const gone = new AbortController();
    const { body } = await handler(get('/api/events', undefined, gone.signal));
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const hellos: string[] = [];
    while (hellos.length < 2) {
      const message = new TextDecoder().decode((await reader.read()).value);
      if (message.startsWith('event: hello')) hellos.push(message);
    }
    expect(hellos.every((hello) => hello.includes(name))).to.equal(true);
    gone.abort();
    for (const { close } of served) await close();
  });

  it('names a process that does not answer, until it does', async () => {
    const first = await serveDashboard();
    const { port } = new URL(first.url);
    await first.close();
    const remote = remoteAt(first.url);
    const handler = handlerFor([remote], 'a-token-of-a-spec');
    const { body } = await handler(get('/api/events'));
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const next = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
    expect(await next()).to.equal(`event: away\ndata: ["http://127.0.0.1:${port}"]\n\n`);
    const again = createServer(toNode(dashboard({ token: remote.token }))).listen(Number(port), '127.0.0.1');
    expect(await next()).to.equal('event: away\ndata: []\n\n');
    expect(await next()).to.match(/^event: hello/);
    await reader.cancel();
    again.closeAllConnections();
    again.close();
  });

  it('moves a circuit in every process, and says so if none has done it', async () => {
    const name = uniqueName();
    await CircuitProtected({ circuit: name })(async () => 'x')();
    const served = await serveDashboard();
    const handler = handlerFor([remoteAt(served.url)], 'a-token-of-a-spec');
    const post = async (path: string, origin = 'http://127.0.0.1:1', body = '{"reason":"INC-7"}') => {
      const headers = { authorization: 'Bearer a-token-of-a-spec', origin };
      return (await handler(new Request(`http://127.0.0.1:1${path}`, { method: 'POST', headers, body }))).status;
    };
    expect(await post(`/api/circuits/${name}/isolate`)).to.equal(200);
    expect(circuit(name).snapshot()).to.include({ state: 'isolated', reason: 'INC-7' });
    expect(await post(`/api/circuits/${name}/reset`, 'http://evil.example')).to.equal(403);
    expect(await post('/api/circuits/nobody-has-it/reset')).to.equal(404);
    expect(await post(`/api/circuits/${name}/reset`, undefined, 'x'.repeat(5000))).to.equal(413);
    expect(circuit(name).state).to.equal('isolated');
    expect(await post(`/api/circuits/${name}/reset`)).to.equal(200);
    expect(circuit(name).state).to.equal('closed');
    await served.close();
    expect(await post(`/api/circuits/${name}/reset`)).to.equal(502);
  });

  it('serves until Ctrl-C, as a process of its own', async () => {
    const served = await serveDashboard();
    const { child, ended, said } = begin(HOLDFAST, ['dashboard', served.url]);
    while (!said().includes('Ctrl-C')) await new Promise((resolve) => setTimeout(resolve, 10));
    const { origin, hash } = new URL(said().split('\n')[0] as string);
    const headers = { authorization: `Bearer ${hash.slice(1)}` };
    const { body } = await fetch(`${origin}/api/events`, { headers });
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).to.match(/^event: hello/);
    child.kill('SIGINT');
    await ended;
    expect(said()).not.to.contain(new URL(served.url).hash);
    await served.close();
  }).timeout(20_000);

  it('serves its page to anybody on this machine, and data for the token alone', async () => {
    const handler = handlerFor([], 'a-token-of-a-spec');
    const statusOf = async (request: Request): Promise<number> => (await handler(request)).status;
    expect(await statusOf(get('/', ''))).to.equal(200);
    expect(await statusOf(get('/api/events', 'wrong'))).to.equal(401);
    expect(await statusOf(get('/api/circuits/x/isolate'))).to.equal(405);
    expect(await statusOf(get('/api/circuits/x/isolate', 'wrong'))).to.equal(401);
    expect(await statusOf(get('/other'))).to.equal(404);
    expect(await statusOf(new Request('http://evil.example/'))).to.equal(421);
  });

  it('says what it expected, and shows no token', async () => {
    for (const wrong of ['x', 'http://127.0.0.1:1/', 'ftp://127.0.0.1/#secret'])
      expect(() => remoteAt(wrong))
        .to.throw(UsageError, /^expected the address/)
        .and.not.match(/secret/);
    const { code, stderr } = await holdfast(['dashboard']);
    expect([code, stderr]).to.deep.equal([2, 'holdfast: expected a url, got none. See holdfast dashboard --help.\n']);
  });
});

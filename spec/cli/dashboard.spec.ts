import { expect } from 'chai';
import { CircuitProtected } from '#lib/index.js';
import { handlerFor } from '#lib/cli/dashboard/watch.js';
import { remoteAt } from '#lib/cli/dashboard/remote.js';
import { UsageError } from '#lib/cli/errors.js';
import { serveDashboard } from '#lib/dashboard/index.js';
import { holdfast } from '../support/command.js';
import { uniqueName } from '../support/upstream.js';

describe('holdfast dashboard', () => {
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

  it('serves its page to anybody on this machine, and data for the token alone', async () => {
    const handler = handlerFor([], 'a-token-of-a-spec');
    const statusOf = async (request: Request): Promise<number> => (await handler(request)).status;
    expect(await statusOf(get('/', ''))).to.equal(200);
    expect(await statusOf(get('/api/events', 'wrong'))).to.equal(401);
    expect(await statusOf(get('/api/circuits/x/isolate'))).to.equal(404);
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

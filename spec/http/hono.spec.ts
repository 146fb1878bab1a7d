import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { expect } from 'chai';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { honoErrors } from '#lib/http/index.js';
import { type Application, listening } from './support/application.js';
import { EXPECTED, type Failures, failures, get, SECRET } from './support/failures.js';
import { virtualTime } from '../support/virtual-time.js';

describe('honoErrors in Hono 4', () => {
  const world = virtualTime();
  let failing: Failures;
  let app: Application;

  beforeEach(async () => {
    failing = await failures(world.clock);
    const hono = new Hono();
    hono.onError(honoErrors());
    for (const [path, fail] of Object.entries(failing.routes)) {
      hono.get(`/${path}`, async (context) => context.json((await fail()) as { ok: boolean }));
    }
    hono.get('/forbidden', () => {
      throw new HTTPException(403, { message: 'not yours' });
    });
    const child = new Hono();
    child.onError(honoErrors());
    child.get('/forbidden', () => {
      throw new HTTPException(403, { res: new Response('not theirs', { headers: { 'x-reason': 'owner' } }) });
    });
    child.get('/open', async (context) => context.json((await failing.routes.open?.()) as { ok: boolean }));
    hono.route('/child', child);
    app = await listening(serve({ fetch: hono.fetch, port: 0, hostname: '127.0.0.1' }) as Server);
  });
  afterEach(async () => {
    await app.close();
    await failing.close();
  });

  for (const [path, expected] of Object.entries(EXPECTED)) {
    it(`answers ${expected.status} to "${path}"`, async () => {
      const seen = await get(`${app.url}/${path}`);
      expect(seen).to.deep.equal(expected);
      expect(seen.body).not.to.include(SECRET);
    });
  }

  it('lets an HTTPException answer for itself, with its own response', async () => {
    expect(await get(`${app.url}/forbidden`)).to.deep.equal({ status: 403, retryAfter: null, body: 'not yours' });
    const response = await fetch(`${app.url}/child/forbidden`);
    expect({ status: response.status, body: await response.text() }).to.deep.equal({ status: 403, body: 'not theirs' });
    expect(response.headers.get('x-reason')).to.equal('owner');
  });

  it('answers in an app within an app', async () => {
    expect(await get(`${app.url}/child/open`)).to.deep.equal(EXPECTED.open);
  });

  it('rethrows bugs, which become a plain 500', async () => {
    expect(await get(`${app.url}/bug`)).to.include({ status: 500, body: '' });
  });
});

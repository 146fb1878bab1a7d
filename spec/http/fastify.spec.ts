import { expect } from 'chai';
import Fastify, { type FastifyInstance } from 'fastify';
import { fastifyErrors } from '#lib/http/index.js';
import { EXPECTED, type Failures, failures, get, SECRET } from './support/failures.js';
import { virtualTime } from '../support/virtual-time.js';

describe('fastifyErrors in Fastify 5', () => {
  const world = virtualTime();
  let failing: Failures;
  let app: FastifyInstance;
  let url: string;

  beforeEach(async () => {
    failing = await failures(world.clock);
    app = Fastify({ forceCloseConnections: true });
    app.setErrorHandler(fastifyErrors());
    for (const [path, fail] of Object.entries(failing.routes)) app.get(`/${path}`, () => fail());
    app.post('/book', { schema: { body: { type: 'object', required: ['title'] } } }, async () => 'ordered');
    await app.register(async (child) => {
      child.setErrorHandler(fastifyErrors());
      child.get('/child/bug', () => failing.routes.bug?.());
      child.get('/child/open', () => failing.routes.open?.());
    });
    url = await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    await app.close();
    await failing.close();
  });

  for (const [path, expected] of Object.entries(EXPECTED)) {
    it(`answers ${expected.status} to "${path}"`, async () => {
      const seen = await get(`${url}/${path}`);
      expect(seen).to.deep.equal(expected);
      expect(seen.body).not.to.include(SECRET);
    });
  }

  it('hands on errors that were made to be answers, which Fastify answers with', async () => {
    const { status, body } = await get(`${url}/answer`);
    expect({ status, message: (JSON.parse(body) as { message: string }).message }).to.deep.equal({
      status: 409,
      message: 'taken by another',
    });
  });

  it('hands on what a schema refuses', async () => {
    const response = await fetch(`${url}/book`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(response.status).to.equal(400);
    expect(await response.text()).to.include("must have required property 'title'");
  });

  it('answers as Fastify does to thrown values that are not errors', async () => {
    const answersOf = async (server: FastifyInstance) => {
      server.get('/text', () => Promise.reject('text'));
      server.get('/nothing', () => Promise.reject(null));
      server.get('/object', () => Promise.reject({ title: 'taken' }));
      server.get('/status', () => Promise.reject({ statusCode: 418 }));
      const base = await server.listen({ port: 0, host: '127.0.0.1' });
      const statuses = await Promise.all(
        ['text', 'nothing', 'object', 'status'].map(async (path) => (await fetch(`${base}/${path}`)).status),
      );
      await server.close();
      return statuses;
    };
    const guarded = Fastify({ forceCloseConnections: true });
    guarded.setErrorHandler(fastifyErrors({ upstream: false }));
    const statuses = await answersOf(guarded);
    expect(statuses).to.deep.equal([500, 500, 500, 418]);
    expect(statuses).to.deep.equal(await answersOf(Fastify({ forceCloseConnections: true })));
  });

  it("hands on bugs, also from a child's handler to its parent's", async () => {
    for (const path of ['bug', 'child/bug']) {
      const { status, body } = await get(`${url}/${path}`);
      expect(status).to.equal(500);
      expect(body).to.include('Cannot read properties of undefined');
    }
    expect(await get(`${url}/child/open`)).to.deep.equal(EXPECTED.open);
  });
});

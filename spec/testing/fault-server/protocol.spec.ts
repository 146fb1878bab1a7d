import { expect } from 'chai';
import { caught, SDKS, send, useServer } from '../../support/sdks.js';

describe('the fault server as an API', () => {
  const use = useServer();

  for (const sdk of SDKS) {
    it(`lists its models to ${sdk.name}`, async () => {
      const { data } = await sdk.client(use.server.baseUrl).models.list();
      expect(data.map(({ id }) => id)).to.include('text-embedding-3-small');
    });

    it(`tells ${sdk.name} that it does not have another endpoint`, async () => {
      const error = await caught(sdk.client(use.server.baseUrl).moderations.create({ input: 'x' }));
      expect(error).to.include({ status: 404, type: 'invalid_request_error' });
    });
  }

  const errorOf = async (answer: Response): Promise<object> => {
    const { error } = (await answer.json()) as { error: object };
    expect(error).to.have.all.keys('message', 'type', 'param', 'code');
    return error;
  };

  it('answers 401 in the shape of OpenAI without a key', async () => {
    for (const authorization of ['', 'Bearer ', 'Basic abc']) {
      const answer = await send(use.server, '/models', { method: 'GET', headers: { authorization } });
      expect(answer.status).to.equal(401);
      expect(await errorOf(answer)).to.include({ type: 'invalid_request_error' });
    }
  });

  it('answers 400 to a body that is not JSON, and keeps what was sent', async () => {
    const answer = await send(use.server, '/chat/completions', { body: '{"model":' });
    expect(answer.status).to.equal(400);
    expect(await errorOf(answer)).to.include({
      type: 'invalid_request_error',
      message: 'We could not parse the JSON body of your request.',
    });
    expect(use.server.requests[0]?.body).to.equal('{"model":');
  });

  for (const body of [
    '[]',
    '"text"',
    '{"model":"m"}',
    '{"model":"m","messages":[]}',
    '{"messages":[{"role":"user"}]}',
  ]) {
    it(`answers 400 to a chat that says ${body}`, async () => {
      expect((await send(use.server, '/chat/completions', { body })).status).to.equal(400);
    });
  }

  it('answers 404 in the shape of OpenAI to the right path with the wrong method', async () => {
    const answer = await send(use.server, '/chat/completions', { method: 'GET' });
    expect(answer.status).to.equal(404);
    await errorOf(answer);
  });

  it('promises no end to an idle connection, so that it never closes one under a request', async () => {
    const answer = await send(use.server, '/models', { method: 'GET' });
    expect(answer.headers.get('connection')).to.equal('keep-alive');
    expect(answer.headers.get('keep-alive')).to.equal(null);
  });

  it('sends a request id of its own with every answer', async () => {
    use.server.script('ok', { type: 'status', status: 503 }, 'html', 'rate-limit');
    const ids: (string | null)[] = [];
    for (let call = 0; call < 4; call++) {
      ids.push((await send(use.server, '/models', { method: 'GET' })).headers.get('x-request-id'));
    }
    expect(new Set(ids).size).to.equal(4);
    for (const id of ids) expect(id).to.match(/^req_[0-9a-f]{32}$/);
    expect(use.server.requests.map(({ requestId }) => requestId)).to.deep.equal(ids);
  });
});

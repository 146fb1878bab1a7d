import { expect } from 'chai';
import { ANSWER, caught, CONTEXT, QUESTION, SDKS, send, useServer } from '../../support/sdks.js';

const REQUEST = { model: 'gpt-5-mini', instructions: CONTEXT, input: QUESTION };

describe('the fault server answering a request for a response', () => {
  const use = useServer();

  for (const sdk of SDKS) {
    describe(`to ${sdk.name}`, () => {
      const client = () => sdk.client(use.server.baseUrl);

      it('answers from the instructions, or from the messages before the question', async () => {
        const response = await client().responses.create(REQUEST);
        expect(response).to.include({ object: 'response', status: 'completed', output_text: ANSWER });
        expect(response.usage?.total_tokens).to.be.above(10);
        const input = [
          { role: 'developer' as const, content: [{ type: 'input_text' as const, text: CONTEXT }] },
          { role: 'user' as const, content: QUESTION },
        ];
        expect((await client().responses.create({ model: 'm', input })).output_text).to.equal(ANSWER);
      });

      it('streams the same answer in events', async () => {
        const types: string[] = [];
        let text = '';
        for await (const event of await client().responses.create({ ...REQUEST, stream: true })) {
          types.push(event.type);
          if (event.type === 'response.output_text.delta') text += event.delta;
          if (event.type === 'response.completed') expect(event.response.output).to.have.length(1);
        }
        expect(text).to.equal(ANSWER);
        expect([types[0], types.at(-1)]).to.deep.equal(['response.created', 'response.completed']);
      });

      it('lets a response fail, whole and streamed', async () => {
        use.server.always({ type: 'response-failed', code: 'server_error', message: 'no luck' });
        const response = await client().responses.create(REQUEST);
        expect(response).to.include({ status: 'failed', output_text: '' });
        expect(response.error).to.deep.equal({ code: 'server_error', message: 'no luck' });
        const types: string[] = [];
        for await (const event of await client().responses.create({ ...REQUEST, stream: true })) types.push(event.type);
        expect(types).to.deep.equal(['response.created', 'response.in_progress', 'response.failed']);
      });

      it('says what is wrong with a request before any fault of a response', async () => {
        use.server.always('response-failed');
        const wrong = { model: 'm', input: 7 } as unknown as typeof REQUEST;
        expect(await caught(client().responses.create(wrong))).to.include({ status: 400 });
      });
    });
  }

  it('refuses that fault for other requests, and fields that it has not', async () => {
    use.server.always('response-failed');
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'why?' }] });
    const response = await send(use.server, '/chat/completions', { body });
    expect(response.status).to.equal(400);
    expect(await response.text()).to.include("'response-failed' needs a request for a response");
    expect(() => use.server.script({ type: 'response-failed', shape: 'flat' } as never)).to.throw(TypeError);
  });
});

import { expect } from 'chai';
import OpenAI from 'openai';
import { CircuitProtected, circuit, configure, RespectRateLimit, RetryOnTransient } from '#lib/index.js';
import { readPage } from '../docs/support/pages.js';
import { useServer } from '../support/sdks.js';
import { uniqueName } from '../support/upstream.js';

describe("README's first class", () => {
  const upstream = useServer();
  const name = uniqueName();
  let restore: () => void;
  before(() => {
    restore = configure({ settings: { log: { level: 'silent' } } });
  });
  after(() => restore());

  class Assistant {
    constructor(private readonly client: OpenAI) {}

    @CircuitProtected({ circuit: name, fallback: 'Please try again in a moment.' })
    @RetryOnTransient()
    @RespectRateLimit()
    async answer(question: string): Promise<string> {
      const response = await this.client.responses.create({ model: 'gpt-5-mini', input: question });
      return response.output_text;
    }
  }

  it('has the circuit over the retry over the rate limit', () => {
    const [first] = readPage('README.md').blocks;
    const decorators = [...(first?.code ?? '').matchAll(/^ +@(\w+)/gm)].map(([, decorator]) => decorator);
    expect(decorators).to.deep.equal(['CircuitProtected', 'RetryOnTransient', 'RespectRateLimit']);
  });

  it('waits for one 429 as long as it asks, and answers', async () => {
    const { server } = upstream;
    server.script({ type: 'status', status: 429, headers: { 'retry-after-ms': '20' } });
    const assistant = new Assistant(new OpenAI({ baseURL: server.baseUrl, apiKey: 'none', maxRetries: 0 }));
    expect(await assistant.answer('?'))
      .to.be.a('string')
      .and.not.equal('Please try again in a moment.');
    expect(server.count).to.equal(2);
    expect(circuit(name).snapshot().failures).to.equal(0);
  });
});

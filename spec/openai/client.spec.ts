import { expect } from 'chai';
import OpenAI from 'openai';
import { ConfigurationError, configure, loadSettings, onEvent, type ResilienceEvent } from '#lib/index.js';
import { createClient, EmbeddingService, GenerationService, openaiCircuit } from '#lib/openai/index.js';
import { defaultClient, QUESTION, useServer } from '../support/sdks.js';
import { library, runProgram } from '../support/program.js';

describe('createClient', () => {
  it('makes a client that retries nothing, logs nothing, and takes key, address and timeout from the settings', () => {
    const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_ATTEMPT_TIMEOUT: '7' };
    const client = createClient(loadSettings({ env }));
    expect(client).to.include({
      maxRetries: 0,
      logLevel: 'off',
      apiKey: 'sk-test',
      baseURL: 'http://127.0.0.1:9/v1',
      timeout: 7000,
    });
  });

  it("leaves the address to the SDK where none is set, and waits the default's two minutes", () => {
    const client = createClient(loadSettings({ env: { OPENAI_API_KEY: 'sk-test' } }));
    expect(client).to.include({ baseURL: 'https://api.openai.com/v1', timeout: 120_000 });
  });

  it('takes the settings in effect', () => {
    const restore = configure({ settings: { openai: { apiKey: 'sk-configured' } } });
    expect(createClient().apiKey).to.equal('sk-configured');
    restore();
  });

  it('says which key is missing, also when a service makes it', () => {
    const restore = configure({ settings: { openai: { chatModel: 'x' } } });
    for (const make of [() => createClient(loadSettings({ env: {} }))]) {
      expect(make).to.throw(ConfigurationError, 'openai.apiKey (OPENAI_API_KEY): expected an API key, got none');
    }
    restore();
  });

  it('keeps the SDK silent, whatever OPENAI_LOG says', async () => {
    const { stdout, stderr } = await runProgram(
      `import { createClient } from ${library('openai/index.js')}; import { startFaultServer } from ${library('testing/index.js')};
      const server = await startFaultServer();
      const client = createClient({ openai: { apiKey: 'sk-secret', baseUrl: server.baseUrl, attemptTimeout: '5s' } });
      await client.chat.completions.create({ model: 'x', messages: [{ role: 'user', content: 'secret' }] });
      await server.close();`,
      { OPENAI_LOG: 'debug' },
    );
    expect(stdout + stderr).to.equal('');
  });
});

describe('A client that retries by itself', () => {
  const upstream = useServer();

  it('is told of at the first call of each method, with the multiplication and what to write', async () => {
    const events: ResilienceEvent[] = [];
    const undo = [
      configure({
        settings: {
          log: { level: 'silent' },
          methods: { 'GenerationService.streamAnswer': { retry: { maxAttempts: 2 } } },
        },
      }),
      onEvent((event) => events.push(event)),
    ];
    const client = new OpenAI({ apiKey: 'sk-test', baseURL: upstream.server.baseUrl });
    const generation = new GenerationService({ client });
    await generation.generateAnswer(QUESTION, []);
    await generation.generateAnswer(QUESTION, []);
    for await (const _piece of generation.streamAnswer(QUESTION, []));
    await new EmbeddingService({ client }).embedText('text');
    const quiet = defaultClient(upstream.server.baseUrl);
    await new EmbeddingService({ client: quiet }).embedTexts(['text']);
    for (const end of undo) end();
    expect(events.map((event) => event.type === 'retries_multiplied' && [event.method, event.requests])).to.deep.equal([
      ['GenerationService.generateAnswer', 9],
      ['GenerationService.streamAnswer', 6],
      ['EmbeddingService.embedText', 9],
    ]);
    expect((events[0] as { reason: string }).reason).to.equal(
      'attempts multiply: GenerationService.generateAnswer (3) calls the OpenAI client with maxRetries 2 (3), so one ' +
        'call may send 3 x 3 = 9 requests; write new OpenAI({ maxRetries: 0 }) or createClient()',
    );
  });
});

describe('openaiCircuit', () => {
  it('is the circuit that both services share', () => {
    expect(openaiCircuit.name).to.equal('openai');
  });
});

import { expect } from 'chai';
import OpenAI from 'openai';
import { configure } from '#lib/index.js';
import { createClient, EmbeddingService, GenerationService, ResponsesService } from '#lib/openai/index.js';
import { problemsOf } from '../support/problems.js';

// oxlint-disable-next-line typescript/no-explicit-any -- what the types refuse is tried at run time
const untyped = (value: unknown): any => value;

describe('The options of a service', () => {
  let restore: () => void;
  beforeEach(() => (restore = configure({ settings: { openai: { apiKey: 'sk-of-the-settings' } } })));
  afterEach(() => restore());

  const SERVICES = { EmbeddingService, GenerationService, ResponsesService };
  const USED = {
    EmbeddingService: 'embeddings.create',
    GenerationService: 'chat.completions.create',
    ResponsesService: 'responses.create',
  };

  for (const [name, Service] of Object.entries(SERVICES)) {
    it(`are refused all at once, and name what was meant: ${name}`, () => {
      const problems = problemsOf(() => new Service(untyped({ cleint: 1, client: 3, model: '' })));
      expect(problems).to.deep.equal([
        `${name}.cleint: unknown key; did you mean "client"?`,
        `${name}.client: expected a client with ${USED[name as keyof typeof USED]}(), such as new OpenAI(), got (hidden)`,
        `${name}.model: expected a name, got ""`,
      ]);
    });

    it(`are no options at all: ${name}`, () => {
      for (const value of [3, 'sk-secret-secret-secret', null, Promise.resolve({}), new OpenAI({ apiKey: 'none' })]) {
        const [problem] = problemsOf(() => new Service(untyped(value)));
        expect(problem)
          .to.match(new RegExp(`^${name}`))
          .and.not.to.contain('secret-secret');
      }
    });

    it(`are not the client itself: ${name}`, () => {
      expect(problemsOf(() => new Service(untyped(new OpenAI({ apiKey: 'none' }))))).to.deep.equal([
        `${name}: expected options, got a client. Write: new ${name}({ client })`,
      ]);
    });

    it(`may be unset, and a client of one's own need have no more than is used: ${name}`, () => {
      const create = (): void => undefined;
      const client = untyped({ embeddings: { create }, chat: { completions: { create } }, responses: { create } });
      for (const options of [undefined, {}, { client: undefined, model: undefined }, { client, model: 'small' }])
        expect(() => new Service(untyped(options))).not.to.throw();
    });
  }

  it('have a length of vectors that can be', () => {
    for (const dimensions of [-1, 0, 1.5, '512', Number.NaN])
      expect(problemsOf(() => new EmbeddingService(untyped({ dimensions })))[0]).to.match(
        /^EmbeddingService\.dimensions: expected an integer >= 1, got /,
      );
  });
});

describe('The settings that a client is made from', () => {
  it('are refused all at once, without a word of the key', () => {
    const openai = { apiKey: 'sk secret', baseUrl: 'localhost:3', attemptTimeout: 5, foo: 1 };
    const problems = problemsOf(() => createClient(untyped({ openai })));
    expect(problems.map((problem) => problem.replace(/:.*/, ''))).to.deep.equal([
      'openai.apiKey',
      'openai.baseUrl',
      'openai.attemptTimeout',
      'openai.foo',
    ]);
    expect(problems.join()).not.to.contain('secret');
  });

  it('stand under openai', () => {
    expect(problemsOf(() => createClient(untyped({ openai: 3 })))).to.deep.equal(['openai: expected an object, got 3']);
    for (const value of [3, null, { apiKey: 'none' }, Promise.resolve({})])
      expect(problemsOf(() => createClient(untyped(value)))).to.deep.equal([
        'createClient: expected settings. Write: createClient({ openai: { apiKey } })',
      ]);
  });
});

import { expect } from 'chai';
import {
  ANSWER,
  ask,
  askStreamed,
  CONTEXT,
  collect,
  QUESTION,
  SDKS,
  send,
  useServer,
  WORDS,
} from '../../support/sdks.js';

describe('the fault server answering a chat', () => {
  const use = useServer();

  for (const sdk of SDKS) {
    describe(`to ${sdk.name}`, () => {
      it('answers with the sentence of the context that fits the question', async () => {
        const completion = await ask(sdk.client(use.server.baseUrl));
        expect(completion.object).to.equal('chat.completion');
        expect(completion.choices[0]?.message).to.include({ role: 'assistant', content: ANSWER });
        expect(completion.choices[0]?.finish_reason).to.equal('stop');
        expect(completion)
          .to.have.property('_request_id')
          .that.matches(/^req_[0-9a-f]{32}$/);
      });

      it('counts the tokens it read and wrote', async () => {
        const { usage } = await ask(sdk.client(use.server.baseUrl));
        expect(usage?.prompt_tokens).to.be.greaterThan(CONTEXT.length / 4);
        expect(usage?.completion_tokens).to.equal(Math.ceil(ANSWER.length / 4));
        expect(usage?.total_tokens).to.equal((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
      });

      it('streams the same answer word by word and ends with a finish reason', async () => {
        const { words, finish, error } = await collect(await askStreamed(sdk.client(use.server.baseUrl)));
        expect(error).to.equal(undefined);
        expect(words).to.deep.equal(WORDS);
        expect(words.join('')).to.equal(ANSWER);
        expect(finish).to.equal('stop');
      });

      it('ends a stream with its usage when asked for it', async () => {
        const stream = await sdk.client(use.server.baseUrl).chat.completions.create({
          model: 'gpt-4o-mini',
          messages: [{ role: 'user', content: QUESTION }],
          stream: true,
          stream_options: { include_usage: true },
        });
        const { chunks } = await collect(stream);
        expect(chunks.at(-1)).to.have.nested.property('usage.total_tokens').that.is.greaterThan(0);
      });
    });
  }

  const answerOf = async (messages: object[]): Promise<unknown> => {
    const answer = await send(use.server, '/chat/completions', { body: JSON.stringify({ model: 'm', messages }) });
    const { choices } = (await answer.json()) as { choices: { message: { content: unknown } }[] };
    return choices[0]?.message.content;
  };
  const system = (content: string) => ({ role: 'system', content });
  const user = (content: unknown) => ({ role: 'user', content });

  it('gives another answer for another context', async () => {
    expect(await answerOf([system('Lyon is the capital of France in this tale.'), user(QUESTION)])).to.equal(
      'Lyon is the capital of France in this tale.',
    );
  });

  it('says so when nothing in the context fits', async () => {
    expect(await answerOf([system('Bees make honey.'), user(QUESTION)])).to.match(/says nothing about that/);
    expect(await answerOf([user(QUESTION)])).to.match(/says nothing about that/);
  });

  it('gives no weight to words that every sentence has', async () => {
    const context = 'It is what it is, and that is the way of it. Honey is the work of bees.';
    expect(await answerOf([system(context), user('What is it that is the work of bees?')])).to.equal(
      'Honey is the work of bees.',
    );
    expect(await answerOf([system('It is what it is.'), user('What is it?')])).to.match(/says nothing about that/);
  });

  it('puts sentences that fit equally well together in the order of the context', async () => {
    const context = '- The tower is 330.5 metres tall. It is painted brown.\n- The tower stands in Paris!';
    expect(await answerOf([system(context), user('Which tower?')])).to.equal(
      'The tower is 330.5 metres tall. The tower stands in Paris!',
    );
  });

  it('takes the last message of the user as the question and what is before it as context', async () => {
    const messages = [
      user('What do bees make?'),
      { role: 'assistant', content: 'Bees make honey.' },
      user('And bees?'),
    ];
    expect(await answerOf(messages)).to.equal('What do bees make? Bees make honey.');
  });

  it('reads messages in parts', async () => {
    const parts = [{ type: 'text', text: 'Who makes ' }, { type: 'image_url' }, { type: 'text', text: 'honey?' }];
    expect(await answerOf([system('Bees make honey.'), user(parts)])).to.equal('Bees make honey.');
  });

  it('sends the bytes of a stream as server-sent events that end with [DONE]', async () => {
    const body = JSON.stringify({ model: 'm', messages: [user('hello')], stream: true });
    const answer = await send(use.server, '/chat/completions', { body });
    expect(answer.headers.get('content-type')).to.match(/^text\/event-stream/);
    const events = (await answer.text()).trimEnd().split('\n\n');
    expect(events.at(-1)).to.equal('data: [DONE]');
    expect(JSON.parse(events.at(-2)?.replace('data: ', '') ?? '')).to.have.nested.property(
      'choices[0].finish_reason',
      'stop',
    );
  });
});

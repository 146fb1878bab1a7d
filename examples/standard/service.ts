// A service with standard decorators. Its upstream breaks, goes away and comes back.
import { setTimeout as sleep } from 'node:timers/promises';
import { CircuitProtected, circuit, configure, RetryOnTransient } from 'holdfast';
import { startFaultServer } from 'holdfast/testing';
import OpenAI from 'openai';

const CONTEXT = 'The library opens at nine. Cards are free.';

class Librarian {
  private lastAnswer = 'nothing yet';

  constructor(private readonly client: OpenAI) {}

  @CircuitProtected({
    circuit: 'librarian',
    failureThreshold: 1,
    recoveryTimeout: '300ms',
    fallback(this: Librarian) {
      return `I cannot look it up. What I said last: ${this.lastAnswer}`;
    },
  })
  @RetryOnTransient({ minWait: '20ms', maxWait: '80ms' })
  async answer(question: string): Promise<string> {
    const completion = await this.client.chat.completions.create({
      model: 'gpt-5-mini',
      messages: [
        { role: 'system', content: CONTEXT },
        { role: 'user', content: question },
      ],
    });
    this.lastAnswer = completion.choices[0]?.message.content ?? '';
    return this.lastAnswer;
  }
}

configure({ logger: { log: ({ level, message }) => console.log(`  ${level}: ${message}`) } });
const upstream = await startFaultServer();
const librarian = new Librarian(new OpenAI({ apiKey: 'none', baseURL: upstream.baseUrl, maxRetries: 0 }));
const ask = async (question: string): Promise<void> => {
  console.log(await librarian.answer(question).catch((error: Error) => `failed: ${error.message}`));
};

upstream.script('reset', { type: 'status', status: 503 });
await ask('When does the library open?');

await upstream.refuse();
await ask('Are cards free?');
await ask('Are cards free?');
console.log(`the circuit is ${circuit('librarian').state}`);

await upstream.accept();
await sleep(400);
await ask('Are cards free?');
await upstream.close();

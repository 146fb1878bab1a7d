// Decorated methods of a service that NestJS makes and injects. Legacy decorators, see tsconfig.json.
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CircuitProtected, circuit, configure, RetryOnTransient } from 'holdfast';
import { startFaultServer } from 'holdfast/testing';
import OpenAI from 'openai';

const upstream = await startFaultServer();

@Injectable()
class Translator {
  constructor(private readonly client: OpenAI) {}

  @CircuitProtected({ circuit: 'translator', failureThreshold: 1, fallback: '(not translated)' })
  @RetryOnTransient({ maxAttempts: 2, minWait: '20ms', maxWait: '80ms' })
  async translate(word: string): Promise<string> {
    const messages = [
      { role: 'system' as const, content: 'Hafen is a harbour. Leuchtturm is a lighthouse.' },
      { role: 'user' as const, content: word },
    ];
    const completion = await this.client.chat.completions.create({ model: 'gpt-5-mini', messages });
    return completion.choices[0]?.message.content ?? '';
  }
}

@Injectable()
class Tour {
  constructor(private readonly translator: Translator) {}

  async announce(word: string): Promise<void> {
    console.log(await this.translator.translate(word).catch((error: Error) => `failed: ${error.message}`));
  }
}

const client = () => new OpenAI({ apiKey: 'none', baseURL: upstream.baseUrl, maxRetries: 0 });

@Module({ providers: [Translator, Tour, { provide: OpenAI, useFactory: client }] })
class App {}

configure({ logger: { log: ({ level, message }) => console.log(`  ${level}: ${message}`) } });
const app = await NestFactory.createApplicationContext(App, { logger: ['error'] });
const tour = app.get(Tour);

upstream.script({ type: 'status', status: 503 });
await tour.announce('Hafen?');

await upstream.refuse();
await tour.announce('Leuchtturm?');
await tour.announce('Leuchtturm?');
console.log(`the circuit is ${circuit('translator').state}`);
await app.close();

// NestJS: a decorated provider, and a module that answers 503 with Retry-After while the circuit is open.
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CircuitProtected, RetryOnTransient } from 'holdfast';
import { HoldfastModule } from 'holdfast/nestjs';
import { startFaultServer } from 'holdfast/testing';

const upstream = await startFaultServer();
@Injectable()
class Models {
  @CircuitProtected({ circuit: 'models', failureThreshold: 1 })
  @RetryOnTransient({ minWait: '20ms', maxWait: '80ms' })
  async list(): Promise<object> {
    const response = await fetch(`${upstream.baseUrl}/models`, { headers: { authorization: 'Bearer none' } });
    if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { status: response.status });
    return (await response.json()) as object;
  }
}

@Controller('models')
class ModelsController {
  constructor(private readonly models: Models) {}
  @Get()
  async list(): Promise<object> {
    return this.models.list();
  }
}

const holdfast = HoldfastModule.forRoot({ settings: { log: { level: 'silent' } }, strict: 'error' });
@Module({ imports: [holdfast], controllers: [ModelsController], providers: [Models] })
class App {}

const app = await NestFactory.create(App, { logger: false });
await app.listen(0, '127.0.0.1');
const ask = async (): Promise<void> => console.log((await fetch(`${await app.getUrl()}/models`)).status);
await ask();
await upstream.refuse();
for (let i = 1; i <= 2; i++) await ask();
await app.close();

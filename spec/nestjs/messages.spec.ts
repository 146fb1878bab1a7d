import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { expect } from 'chai';
import { createServer } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { CircuitProtected, circuit, configure, RetryOnTransient } from '#lib/index.js';
import { HoldfastModule } from '#lib/nestjs/index.js';
import { instantRetries } from '#lib/testing/index.js';
import { rejectionOf, unavailable, uniqueName } from '../support/upstream.js';

const name = uniqueName();
let attempts = 0;

@Injectable()
class Stock {
  @CircuitProtected({ circuit: name, failureThreshold: 1, recoveryTimeout: '30s' })
  @RetryOnTransient({ maxAttempts: 3 })
  async level(failures: number): Promise<string> {
    attempts += 1;
    if (attempts <= failures) throw unavailable();
    return 'in stock';
  }
}

@Controller()
class Messages {
  constructor(private readonly stock: Stock) {}

  @MessagePattern('level')
  async level(failures: number): Promise<string> {
    return this.stock.level(failures);
  }

  /** A handler that carries the decorator itself. */
  @MessagePattern('own')
  @RetryOnTransient({ maxAttempts: 3 })
  async own(failures: number): Promise<string> {
    attempts += 1;
    if (attempts <= failures) throw unavailable();
    return 'in stock';
  }
}

class Order {
  constructor(readonly failures: number) {}
}

@CommandHandler(Order)
class OrderHandler implements ICommandHandler<Order> {
  @RetryOnTransient({ maxAttempts: 3 })
  async execute({ failures }: Order): Promise<string> {
    attempts += 1;
    if (attempts <= failures) throw unavailable();
    return 'ordered';
  }
}

@Module({
  imports: [HoldfastModule.forRoot({ settings: { log: { level: 'silent' } } }), CqrsModule.forRoot()],
  controllers: [Messages],
  providers: [Stock, OrderHandler],
})
class App {}

describe('HoldfastModule in a microservice', () => {
  let close: (() => Promise<void>)[];
  let send: (pattern: string, data: unknown) => Promise<unknown>;
  let execute: (command: Order) => Promise<unknown>;

  before(async () => {
    const port = await freePort();
    const tcp = { transport: Transport.TCP, options: { host: '127.0.0.1', port } } as const;
    const app = await NestFactory.createMicroservice(App, { ...tcp, logger: false });
    await app.listen();
    const client = ClientProxyFactory.create(tcp);
    send = (pattern, data) => firstValueFrom(client.send(pattern, data));
    const bus = app.get(CommandBus);
    execute = (command) => bus.execute(command);
    const undo = [instantRetries(), configure({ random: () => 0 })];
    close = [async () => client.close(), () => app.close(), async () => undo.forEach((restore) => restore())];
  });
  after(async () => {
    for (const end of close) await end();
  });
  beforeEach(() => {
    attempts = 0;
    circuit(name).reset();
  });

  for (const pattern of ['level', 'own']) {
    it(`protects what answers the message "${pattern}"`, async () => {
      expect(await send(pattern, 2)).to.equal('in stock');
      expect(attempts).to.equal(3);
    });
  }

  it('gives the caller the status as a code, and nothing of what the upstream said', async () => {
    expect(await rejectionOf(send('level', 9))).to.deep.equal({ status: 'error', code: 502, message: 'Bad Gateway' });
    attempts = 0;
    expect(await rejectionOf(send('level', 0))).to.deep.equal({
      status: 'error',
      code: 503,
      message: 'Service Unavailable',
      retryAfter: 30,
    });
    expect(attempts).to.equal(0);
  });

  it('protects the handler of a command', async () => {
    expect(await execute(new Order(2))).to.equal('ordered');
    expect(attempts).to.equal(3);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

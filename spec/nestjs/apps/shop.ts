// An app as a user of holdfast/nestjs writes it. Run in a process of its own, on the Nest and the adapter that it finds:
// `node shop.js express`. Prints where it listens.
import {
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Module,
  type NestInterceptor,
  Param,
  Scope,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  CircuitProtected,
  type CircuitHandle,
  ConcurrencyLimitError,
  currentSignal,
  RateLimitedError,
  RetryOnTransient,
  TimeLimited,
} from 'holdfast';
import { HoldfastModule, InjectCircuit } from 'holdfast/nestjs';
import { instantRetries, startFaultServer } from 'holdfast/testing';

const [, , adapterName = 'express'] = process.argv;
const upstream = await startFaultServer({ keepProcessAlive: true });
instantRetries();

async function ask(): Promise<string> {
  const response = await fetch(`${upstream.baseUrl}/models`, {
    headers: { authorization: 'Bearer none' },
    signal: currentSignal() ?? null,
  });
  if (!response.ok) throw Object.assign(new Error('secret'), { status: response.status, headers: response.headers });
  return 'in stock';
}

let asked = 0;
const counting: NestInterceptor = {
  intercept: (_context, next) => {
    asked += 1;
    return next.handle();
  },
};

@Injectable()
class Stock {
  @CircuitProtected('stock')
  @RetryOnTransient({ maxAttempts: 3 })
  async level(_sku: string): Promise<string> {
    return ask();
  }
}

/** One for each request: they share the circuit all the same. */
@Injectable({ scope: Scope.REQUEST })
class Prices {
  @CircuitProtected({ circuit: 'prices', failureThreshold: 2, recoveryTimeout: '30s' })
  async of(_sku: string): Promise<string> {
    return ask();
  }
}

@Controller()
class Shop {
  constructor(
    private readonly stock: Stock,
    private readonly prices: Prices,
    @InjectCircuit('stock') private readonly circuit: CircuitHandle,
  ) {}

  @Get('stock/:sku')
  @UseInterceptors(counting)
  async level(@Param('sku') sku: string): Promise<object> {
    return { level: await this.stock.level(sku), asked };
  }

  @Get('prices/:sku')
  async price(@Param('sku') sku: string): Promise<object> {
    return { price: await this.prices.of(sku) };
  }

  /** The decorators of both stand on a handler, one above and one below Nest's. */
  @RetryOnTransient({ maxAttempts: 2 })
  @Get('above')
  async above(): Promise<object> {
    return { level: await ask() };
  }

  @Get('below')
  @RetryOnTransient({ maxAttempts: 2 })
  async below(): Promise<object> {
    return { level: await ask() };
  }

  @Get('slow')
  @TimeLimited('50ms')
  async slow(): Promise<object> {
    return { level: await ask() };
  }

  @Get('circuit')
  state(): object {
    return { name: this.circuit.name, state: this.circuit.state };
  }

  @Get('isolate/:to')
  isolate(@Param('to') to: string): object {
    if (to === 'on') this.circuit.isolate('by hand');
    else this.circuit.reset();
    return {};
  }

  @Get('limited')
  limited(): never {
    throw new RateLimitedError(4200);
  }

  @Get('full')
  full(): never {
    throw new ConcurrencyLimitError(3);
  }

  @Get('forbidden')
  forbidden(): never {
    throw new ForbiddenException('not yours');
  }

  @Get('bug')
  bug(): never {
    throw new RangeError('secret of a bug');
  }
}

@Module({
  imports: [
    HoldfastModule.forRoot({ settings: { log: { level: 'silent' } }, strict: 'error' }),
    HoldfastModule.forFeature(['stock']),
  ],
  providers: [Stock, Prices],
  controllers: [Shop],
})
class App {}

const { FastifyAdapter } = adapterName === 'fastify' ? await import('@nestjs/platform-fastify') : {};
const adapter = FastifyAdapter && new FastifyAdapter();
const app = adapter
  ? await NestFactory.create(App, adapter, { forceCloseConnections: true })
  : await NestFactory.create(App, { forceCloseConnections: true });
await app.listen(0, '127.0.0.1');

/** The spec says what the upstream does next, and when to end. */
process.on('message', (message: { faults?: never[]; end?: true }) => {
  if (message.faults) upstream.reset();
  if (message.faults) upstream.script(...message.faults);
  if (message.end) {
    void Promise.all([app.close(), upstream.close()]).then(() => process.disconnect());
    return;
  }
  process.send?.({ requests: upstream.count });
});
process.send?.({ url: (await app.getUrl()).replace('[::1]', '127.0.0.1') });

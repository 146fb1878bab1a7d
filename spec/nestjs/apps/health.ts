// An app with health checks of Terminus, as a user of holdfast/nestjs writes it. Run in a process of its own.
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheck, type HealthCheckResult, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { CircuitProtected } from 'holdfast';
import { HoldfastHealthIndicator, HoldfastModule } from 'holdfast/nestjs';
import { startFaultServer } from 'holdfast/testing';

const upstream = await startFaultServer({ keepProcessAlive: true });

@Injectable()
class Payments {
  @CircuitProtected({
    circuit: 'payments',
    failureThreshold: 1,
    recoveryTimeout: '30s',
    key: (tenant: string) => tenant,
  })
  async charge(_tenant: string): Promise<string> {
    const response = await fetch(`${upstream.baseUrl}/models`, { headers: { authorization: 'Bearer none' } });
    if (!response.ok) throw Object.assign(new Error('secret'), { status: response.status });
    return 'paid';
  }
}

@Controller()
class Health {
  constructor(
    private readonly payments: Payments,
    private readonly health: HealthCheckService,
    private readonly circuits: HoldfastHealthIndicator,
  ) {}

  @Get('pay')
  async pay(): Promise<object> {
    return { outcome: await this.payments.charge('tenant-a') };
  }

  @Get('healthz')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.circuits.check('circuits')]);
  }

  @Get('readyz')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.circuits.check('circuits', { critical: ['payments'] })]);
  }
}

@Module({
  imports: [
    HoldfastModule.forRoot({ settings: { log: { level: 'silent' } } }),
    TerminusModule.forRoot({ logger: false }),
  ],
  providers: [Payments],
  controllers: [Health],
})
class App {}

const app = await NestFactory.create(App, { forceCloseConnections: true });
await app.listen(0, '127.0.0.1');

/** The spec says what the upstream does next, and when to end. */
process.on('message', (message: { faults?: never[]; end?: true }) => {
  if (message.faults) upstream.script(...message.faults);
  if (message.end) {
    void Promise.all([app.close(), upstream.close()]).then(() => process.disconnect());
    return;
  }
  process.send?.({ requests: upstream.count });
});
process.send?.({ url: (await app.getUrl()).replace('[::1]', '127.0.0.1') });

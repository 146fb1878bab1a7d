// Bun: run it with `bun server.ts`. Bun compiles legacy decorators if tsconfig.json says experimentalDecorators.
import { CircuitProtected, configure, RetryOnTransient } from 'holdfast';
import { toHttp } from 'holdfast/http';

configure({ settings: { log: { level: 'silent' } } });

class Stock {
  @CircuitProtected({ circuit: 'stock', failureThreshold: 1 })
  @RetryOnTransient({ minWait: '20ms', maxWait: '80ms' })
  async level(): Promise<number> {
    throw Object.assign(new Error('HTTP 503'), { status: 503 });
  }
}

const stock = new Stock();
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: async () => Response.json(await stock.level()),
  error: (error) => {
    const answer = toHttp(error) ?? { body: { error: 'Internal Server Error' }, status: 500 };
    return Response.json(answer.body, answer);
  },
});

for (let i = 1; i <= 2; i++) console.log((await fetch(server.url)).status);
await server.stop(true);

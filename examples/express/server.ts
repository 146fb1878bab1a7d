// Express: an open circuit is answered with 503 and Retry-After, not with 500 and a stack.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { CircuitProtected, configure, RespectRateLimit, RetryOnTransient } from 'holdfast';
import { expressErrors } from 'holdfast/http';
import { startFaultServer } from 'holdfast/testing';

const upstream = await startFaultServer();
configure({ settings: { log: { level: 'silent' } } });

class Models {
  @CircuitProtected({ circuit: 'models', failureThreshold: 1 })
  @RetryOnTransient({ minWait: '20ms', maxWait: '80ms' })
  @RespectRateLimit()
  async list(): Promise<object> {
    const response = await fetch(`${upstream.baseUrl}/models`, { headers: { authorization: 'Bearer none' } });
    const { ok, status, headers } = response;
    if (!ok) throw Object.assign(new Error(`HTTP ${status}`), { status, headers });
    return (await response.json()) as object;
  }
}

const models = new Models();
const app = express();
app.get('/models', async (_request, response) => response.json(await models.list()));
// After all routes.
app.use(expressErrors());

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models`;
console.log((await fetch(url)).status);
await upstream.refuse();
for (let i = 1; i <= 2; i++) console.log((await fetch(url)).status);
server.close();
server.closeAllConnections();

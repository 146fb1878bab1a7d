// Plain TypeScript: a function without a class, around fetch instead of an SDK.
import { CircuitOpenError, CircuitProtected, circuit, configure, onEvent, RetryOnTransient } from 'holdfast';
import { startFaultServer } from 'holdfast/testing';

const upstream = await startFaultServer();

async function fetchModels(): Promise<string> {
  const response = await fetch(`${upstream.baseUrl}/models`, { headers: { authorization: 'Bearer none' } });
  const { ok, status, headers } = response;
  // fetch does not throw for a 503. The status says that it is one, and the headers hold Retry-After.
  if (!ok) throw Object.assign(new Error(`HTTP ${status}`), { status, headers });
  const { data } = (await response.json()) as { data: unknown[] };
  return data.length > 0 ? 'there are models' : 'there are no models';
}

function remembered(error: unknown): string {
  const seconds = error instanceof CircuitOpenError ? Math.round(error.retryAfterMs / 10_000) * 10 : 0;
  return `there were models a moment ago; ask again in about ${seconds} s`;
}

const retried = RetryOnTransient({ minWait: '20ms', maxWait: '80ms' })(fetchModels);
const options = { circuit: 'models', failureThreshold: 2, recoveryTimeout: '20s', fallback: remembered } as const;
const models = CircuitProtected(options)(retried);

configure({ settings: { log: { level: 'silent' } } });
onEvent((event) => {
  if (event.type === 'retry_scheduled') console.log(`  attempt ${event.attempt} failed: ${event.kind}`);
  if (event.type === 'retry_gave_up') console.log(`  gave up: ${event.reason}`);
  if (event.type === 'circuit_opened') console.log(`  the circuit ${event.circuit} is open`);
});

upstream.script('hang-up', { type: 'status', status: 500, headers: { 'retry-after-ms': '30' } });
console.log(await models());

upstream.always({ type: 'status', status: 503 });
for (let i = 1; i <= 3; i++) console.log(await models().catch((error: Error) => `failed: ${error.message}`));

console.log(`${upstream.count} requests, and the circuit is ${circuit('models').state}`);

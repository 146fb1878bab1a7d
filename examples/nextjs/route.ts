// Next.js: a route handler, as it stands in app/models/route.ts. Plain functions need no settings of the compiler.
// Methods of classes can be decorated too, with "experimentalDecorators": true in tsconfig.json.
import { CircuitProtected, RetryOnTransient } from 'holdfast';
import { toHttp } from 'holdfast/http';

async function listModels(): Promise<unknown> {
  const response = await fetch(`${process.env.MODELS_URL}/models`, { headers: { authorization: 'Bearer none' } });
  const { ok, status, headers } = response;
  if (!ok) throw Object.assign(new Error(`HTTP ${status}`), { status, headers });
  return response.json();
}

// At the top of the module: a circuit for each request would never see two failures.
const retried = RetryOnTransient({ minWait: '20ms', maxWait: '80ms' })(listModels);
const models = CircuitProtected({ circuit: 'models', failureThreshold: 1 })(retried);

export async function GET(): Promise<Response> {
  try {
    return Response.json(await models());
  } catch (error) {
    const answer = toHttp(error);
    if (!answer) throw error;
    return Response.json(answer.body, answer);
  }
}

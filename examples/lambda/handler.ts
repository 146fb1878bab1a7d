// A Lambda function, bundled into one file without node_modules: see README.md for the command. A minifier renames classes, so
// the method has a name of its own.
import { CircuitProtected, RetryOnTransient } from 'holdfast';

class Models {
  @CircuitProtected({ circuit: 'models', failureThreshold: 1, fallback: () => ({ data: [] }), name: 'Models.list' })
  @RetryOnTransient({ minWait: '20ms', maxWait: '80ms' })
  async list(): Promise<object> {
    const response = await fetch(`${process.env.MODELS_URL}/models`, { headers: { authorization: 'Bearer none' } });
    const { ok, status, headers } = response;
    if (!ok) throw Object.assign(new Error(`HTTP ${status}`), { status, headers });
    return (await response.json()) as object;
  }
}

// Outside of the handler: one container answers many events, and its circuit lives as long.
const models = new Models();

export async function handler(): Promise<{ statusCode: number; body: string }> {
  return { statusCode: 200, body: JSON.stringify(await models.list()) };
}

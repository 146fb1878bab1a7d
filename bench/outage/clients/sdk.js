import { bodyOf, HEADERS } from '../bodies.js';

const QUESTION = { model: 'm', messages: [{ role: 'user', content: 'Are you there?' }] };

/** The real SDK with its own retries, on the simulated upstream or on the server that the world has. */
export const sdk = {
  name: 'openai SDK',
  async load() {
    const { default: OpenAI } = await import('openai');
    return (world) => {
      const client = new OpenAI({
        apiKey: 'none',
        logLevel: 'off',
        timeout: world.limits.attemptMs,
        ...(world.baseURL ? { baseURL: world.baseURL } : { fetch: fetchFrom(world) }),
      });
      return { call: () => client.chat.completions.create(QUESTION) };
    };
  },
};

function fetchFrom({ exchange }) {
  return async (_url, { signal }) => {
    const status = await exchange(signal);
    return new Response(bodyOf(status), { status, headers: HEADERS });
  };
}

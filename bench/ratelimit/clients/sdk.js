import { bodyOf, HEADERS } from '../../outage/bodies.js';

const QUESTION = { model: 'm', messages: [{ role: 'user', content: 'Are you there?' }] };

/** The real SDK with its own retries, which heed hints. */
export const sdk = {
  name: 'openai SDK',
  async load() {
    const { default: OpenAI } = await import('openai');
    return (world) => {
      const client = new OpenAI({ apiKey: 'none', logLevel: 'off', fetch: fetchFrom(world) });
      return { call: (signal) => client.chat.completions.create(QUESTION, { signal }) };
    };
  },
};

function fetchFrom({ exchange }) {
  return async (_url, { signal }) => {
    const { status, headers } = await exchange(signal);
    return new Response(bodyOf(status), { status, headers: { ...HEADERS, ...headers } });
  };
}

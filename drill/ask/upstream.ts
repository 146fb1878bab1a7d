import { loadSettings } from 'holdfast';
import { createClient } from 'holdfast/openai';
import { type Fault, type RecordedRequest, startFaultServer } from 'holdfast/testing';

/** The API that answers. */
export interface Upstream {
  readonly client: ReturnType<typeof createClient>;
  /** For the user: which API that is. */
  readonly description: string;
  close(): Promise<void>;
}

/** Milliseconds between two words, so that users see the embedded server's answer stream in the terminal. */
const WORD_MS = 15;

/** With an API key: OpenAI's API, or a compatible one at the configured address. Without: an embedded server. */
export async function upstream(): Promise<Upstream> {
  const settings = loadSettings();
  const { apiKey, chatModel } = settings.openai;
  if (apiKey !== null) {
    const client = createClient(settings);
    return { client, description: `Asking ${hostOf(client.baseURL)} with ${chatModel}.`, close: async () => undefined };
  }
  const server = await startFaultServer();
  if (process.stdout.isTTY) server.always(unhurried);
  const openai = { ...settings.openai, apiKey: 'none', baseUrl: server.baseUrl };
  return {
    client: createClient({ openai }),
    description:
      'Asking the embedded server, as OPENAI_API_KEY is not set: it answers with sentences of the paragraphs.',
    close: () => server.close(),
  };
}

function unhurried({ path }: RecordedRequest): Fault {
  return path.endsWith('/chat/completions') ? { type: 'stream-drip', everyMs: WORD_MS } : 'ok';
}

/** The host only: a URL may hold a password. */
function hostOf(url: string): string {
  return new URL(url).host;
}

import { createClient } from '../../openai/client.js';
import { loadSettings } from '../../settings/load.js';
import { type Fault, type RecordedRequest, startFaultServer } from '../../testing/fault-server/index.js';

/** Who answers. */
export interface Upstream {
  readonly client: ReturnType<typeof createClient>;
  /** For people: who it is. */
  readonly says: string;
  close(): Promise<void>;
}

/** A word this often, so that on a terminal the embedded server's answer can be seen to stream. */
const WORD_MS = 15;

/** OpenAI's API, or whatever speaks like it at the configured address, when there is a key; else an embedded server. */
export async function upstream(): Promise<Upstream> {
  const settings = loadSettings();
  const { apiKey, chatModel } = settings.openai;
  if (apiKey !== null) {
    const client = createClient(settings);
    return { client, says: `Asking ${hostOf(client.baseURL)} with ${chatModel}.`, close: async () => undefined };
  }
  const server = await startFaultServer();
  if (process.stdout.isTTY) server.always(unhurried);
  const openai = { ...settings.openai, apiKey: 'none', baseUrl: server.baseUrl };
  return {
    client: createClient({ openai }),
    says: 'Asking the embedded server, as OPENAI_API_KEY is not set: it answers with sentences of the paragraphs.',
    close: () => server.close(),
  };
}

function unhurried({ path }: RecordedRequest): Fault {
  return path.endsWith('/chat/completions') ? { type: 'stream-drip', everyMs: WORD_MS } : 'ok';
}

/** Nothing but the host: an address may hold a password. */
function hostOf(url: string): string {
  return new URL(url).host;
}

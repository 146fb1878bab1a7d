import { connect, type Socket } from 'node:net';
import OpenAI6 from 'openai';
import OpenAI7 from 'openai-7';
import { type Fault, type FaultServer, startFaultServer } from '#lib/testing/fault-server/index.js';

/** The limit of a client that is meant to run into it. Others wait longer than a busy machine takes. */
export const TIMEOUT_MS = 150;
export const IMPATIENT = { timeout: TIMEOUT_MS } as const;

type ClientOptions = ConstructorParameters<typeof OpenAI6>[0];

export interface Sdk {
  readonly version: 6 | 7;
  readonly name: string;
  readonly client: (baseURL: string, options?: ClientOptions) => OpenAI6;
}

const V6: Sdk = {
  version: 6,
  name: 'openai 6',
  client: (baseURL, options) => new OpenAI6({ ...DEFAULTS, baseURL, ...options }),
};

const V7: Sdk = {
  version: 7,
  name: 'openai 7',
  // The classes of the two majors differ to the compiler; what is called here is the same.
  client: (baseURL, options) => new OpenAI7({ ...DEFAULTS, baseURL, ...(options as object) }) as unknown as OpenAI6,
};

/** Both majors that the library supports. */
export const SDKS: readonly Sdk[] = [V6, V7];

const DEFAULTS = { apiKey: 'sk-test', maxRetries: 0, timeout: 10_000, logLevel: 'off' } as const;

/** For what does not depend on the client. */
export const defaultClient = V6.client;

/** A server for the suite, healthy again before each test. */
export function useServer(): { readonly server: FaultServer } {
  let started: FaultServer | undefined;
  before(async () => {
    started = await startFaultServer();
  });
  beforeEach(() => started?.reset());
  after(() => started?.close());
  return {
    get server() {
      if (started === undefined) throw new Error('the server is there in tests only');
      return started;
    },
  };
}

export const CONTEXT =
  'Answer from the context only.\n[1] Paris is the capital of France.\n[2] Rome is the capital of Italy.';
export const QUESTION = 'What is the capital of France?';
export const ANSWER = 'Paris is the capital of France.';
/** The answer as the stream brings it: the role's empty text, then one word a chunk. */
export const WORDS = ['', 'Paris', ' is', ' the', ' capital', ' of', ' France.'];

const CHAT = {
  model: 'gpt-4o-mini',
  messages: [
    { role: 'system', content: CONTEXT },
    { role: 'user', content: QUESTION },
  ],
} satisfies OpenAI6.ChatCompletionCreateParamsNonStreaming;

export function ask(client: OpenAI6, options: OpenAI6.RequestOptions = {}): Promise<OpenAI6.ChatCompletion> {
  return client.chat.completions.create(CHAT, options);
}

export function askStreamed(client: OpenAI6, options: OpenAI6.RequestOptions = {}) {
  return client.chat.completions.create({ ...CHAT, stream: true }, options);
}

export function embedTexts(
  client: OpenAI6,
  input: string | string[],
  rest: Partial<OpenAI6.EmbeddingCreateParams> = {},
) {
  return client.embeddings.create({ model: 'text-embedding-3-small', input, ...rest });
}

export interface Collected {
  readonly words: string[];
  readonly chunks: object[];
  readonly finish: string | undefined;
  readonly error: unknown;
}

/** Reads a stream to its end, which may be an error. */
export async function collect(stream: AsyncIterable<OpenAI6.ChatCompletionChunk>): Promise<Collected> {
  const words: string[] = [];
  const chunks: object[] = [];
  let finish: string | undefined;
  let error: unknown;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      const [choice] = chunk.choices ?? [];
      if (typeof choice?.delta.content === 'string') words.push(choice.delta.content);
      finish = choice?.finish_reason ?? finish;
    }
  } catch (thrown) {
    error = thrown;
  }
  return { words, chunks, finish, error };
}

/** What a promise rejects with. @throws when it does not. */
export async function caught(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
}

/** The constructor's name, and the code, of an error and of each cause under it. */
export function chainOf(error: unknown): string[] {
  const chain: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = 'code' in at && typeof at.code === 'string' ? ` ${at.code}` : '';
    chain.push(`${at.constructor.name}${code}`);
  }
  return chain;
}

/** Whether a promise settles within a time. */
export async function settlesWithin(ms: number, promise: PromiseLike<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const settled = Promise.resolve(promise).then(
    () => true,
    () => true,
  );
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const first = await Promise.race([settled, late]);
  clearTimeout(timer);
  return first;
}

/** Waits for what the other side of a socket does in its own time; the test's timeout is the limit. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A socket that has just been connected to the server. */
export function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** A plain request, for what the SDK would not send. */
export function send(
  server: FaultServer,
  path: string,
  { method = 'POST', body, headers = {} }: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  return fetch(`${server.baseUrl}${path}`, {
    method,
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

/** A fault in a test's name. */
export function nameOf(fault: Fault): string {
  return typeof fault === 'string' ? fault : JSON.stringify(fault);
}

/** Since Node 22 the HTTP parser notices that a chunked body without keep-alive was cut; before it took it for whole. */
export const NOTICES_CUT = Number(process.versions.node.split('.')[0]) >= 22;
/** The error of such a cut, and what caused it, by name. */
export const CUT = ['TypeError', 'HTTPParserError'];
/** The names of a chain: Node 24 gives the parser's errors no code. */
export const namesOf = (error: unknown): string[] => chainOf(error).map((link) => link.split(' ')[0] ?? '');

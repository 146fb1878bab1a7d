import type { FaultServer } from '#lib/testing/index.js';
import type { Sdk } from '../support/sdks.js';
import { ANSWER, CONTEXT, QUERY } from './canaries.js';
import type { Library } from './library.js';
import type { Method, Row } from './row.js';
import { askWritten } from './written/asking.js';

const DIMENSIONS = 8;

/** How a call ended, and what came before. */
export interface Ended {
  readonly got: string;
  /** Undefined where it ended well. */
  readonly error: unknown;
  readonly ms: number;
}

/** Calls a method once, as the caller of a row does. */
export async function ask(
  { holdfast, openai, Written }: Library,
  client: ReturnType<Sdk['client']>,
  method: Method,
  server: FaultServer,
  { caller, upload }: Row,
): Promise<Ended & { readonly signal: AbortSignal }> {
  const controller = new AbortController();
  const signal = caller === 'gives it 300 ms' ? AbortSignal.timeout(300) : controller.signal;
  const abort = (): void => controller.abort();
  if (caller === 'aborts before the call') abort();
  if (caller === 'aborts at the first request') void server.received(1).then(() => setTimeout(abort, 20));
  // Told of when it begins.
  const stopListening = holdfast.onEvent((event) => {
    if (caller === 'aborts in the first wait' && 'waitMs' in event) setTimeout(abort, 20);
  });

  const chunks: string[] = [];
  const started = performance.now();
  const end = (words: string, error?: unknown): Ended & { signal: AbortSignal } => {
    const before = chunks.length === 0 || error === undefined ? '' : `${counted(chunks.length)}, then `;
    return { got: `${before}${words}`, error, ms: performance.now() - started, signal };
  };
  try {
    switch (method) {
      case 'embedText': {
        const service = new openai.EmbeddingService({ client, dimensions: DIMENSIONS });
        const vector = await service.embedText(QUERY, { signal });
        return end(vector.length === DIMENSIONS && vector.every(Number.isFinite) ? 'the answer' : 'another vector');
      }
      case 'generateAnswer': {
        const service = new openai.GenerationService({ client });
        return end(nameOf(await service.generateAnswer(QUERY, CONTEXT, { signal }), openai));
      }
      case 'streamAnswer': {
        const service = new openai.GenerationService({ client });
        for await (const chunk of service.streamAnswer(QUERY, CONTEXT, { signal })) {
          chunks.push(chunk);
          if (caller === 'leaves after the first chunk') return end(counted(chunks.length));
          if (caller === 'aborts after the first chunk') abort();
        }
        return end(nameOf(chunks.join(''), openai));
      }
      case 'askInTime':
      case 'askWithTimeout':
      case 'upload':
      case 'uploadWithin':
      case 'respond': {
        const answer = await askWritten(new Written(server.baseUrl), method, { signal, upload });
        return end(typeof answer === 'string' ? nameOf(answer, openai) : await nameOfResponse(answer));
      }
    }
  } catch (error) {
    const isReason = signal.aborted && error === signal.reason;
    return end(isReason ? "the caller's reason" : classOf(error), error);
  } finally {
    stopListening();
  }
}

const counted = (chunks: number): string => `${chunks} ${chunks === 1 ? 'chunk' : 'chunks'}`;

function nameOf(text: string, openai: Library['openai']): string {
  if (text === ANSWER) return 'the answer';
  return text === openai.getFallbackResponse() ? 'the fallback' : 'another text';
}

/** The caller reads it: a Response that nobody reads holds its socket. */
async function nameOfResponse(response: Response): Promise<string> {
  await response.text();
  return `a Response of status ${response.status}`;
}

/** Every error of the SDK has the name "Error". */
function classOf(error: unknown): string {
  return (error as Error | undefined)?.constructor.name ?? typeof error;
}

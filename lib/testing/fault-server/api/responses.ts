import { answerFromContext } from '../text/answer-from-context.js';
import { estimateTokens } from '../text/tokens.js';
import { type Answer, jsonAnswer, sse } from './answer.js';
import { type Conversation, readConversation } from './conversation.js';
import { invalidRequest } from './error.js';

export const RESPONSES_PATH = '/v1/responses';

/** The parts from which the events of a response are built. */
interface ResponseParts {
  readonly text: string;
  readonly message: { readonly id: string; readonly content: readonly object[] };
  readonly response: (status: 'in_progress' | 'completed' | 'failed', rest?: object) => object;
}

/** Answers a request of the Responses API from `instructions` and the messages before the question. */
export function answerResponses(body: Readonly<Record<string, unknown>>, id: string): Answer {
  const parts = buildResponse(body, id);
  if (!('text' in parts)) return parts;
  if (body.stream !== true) return jsonAnswer(200, parts.response('completed'));
  const { text, message, response } = parts;
  // Each word includes the space before it, so that the joined words are the text.
  const words = text.match(/\s*\S+/g) ?? [];
  const place = { item_id: message.id, output_index: 0, content_index: 0 };
  const [part] = message.content;
  const events = [
    { type: 'response.created', response: response('in_progress') },
    { type: 'response.in_progress', response: response('in_progress') },
    { type: 'response.output_item.added', output_index: 0, item: { ...message, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
    ...words.map((delta) => ({ type: 'response.output_text.delta', ...place, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...place, text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part },
    { type: 'response.output_item.done', output_index: 0, item: message },
    { type: 'response.completed', response: response('completed') },
  ];
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    pieces: events.map(eventOf),
    chunks: events.length - 1,
  };
}

/** A failed response; undefined if the request is invalid. */
export function failedResponse(
  body: Readonly<Record<string, unknown>>,
  id: string,
  error: { readonly code: string | number | null; readonly message: string },
): object | undefined {
  const parts = buildResponse(body, id);
  return 'text' in parts ? parts.response('failed', { error, output: [] }) : undefined;
}

/** One server-sent event. The type of the event is also its name. */
export function eventOf(event: { readonly type: string }, number: number): string {
  return sse(JSON.stringify({ ...event, sequence_number: number }), event.type);
}

function buildResponse(body: Readonly<Record<string, unknown>>, id: string): ResponseParts | Answer {
  const { model, input, instructions } = body;
  if (typeof model !== 'string') return invalidRequest('you must provide a model parameter');
  const conversation = read(input, instructions);
  if (conversation === undefined) return invalidRequest("Invalid 'input': expected a text or messages.", 'input');
  const text = answerFromContext(conversation.question, conversation.context);
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
  const message = { id: `msg_${id}`, type: 'message', role: 'assistant', status: 'completed', content };
  const created = { id, object: 'response', created_at: Math.floor(Date.now() / 1000), model };
  return {
    text,
    message,
    response: (status, rest) => ({
      ...created,
      status,
      error: null,
      incomplete_details: null,
      output: status === 'completed' ? [message] : [],
      usage: status === 'completed' ? usageOf(conversation, text) : null,
      ...rest,
    }),
  };
}

function read(input: unknown, instructions: unknown): Conversation | undefined {
  const messages: unknown = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  if (!Array.isArray(messages)) return undefined;
  const before = typeof instructions === 'string' ? [{ role: 'system', content: instructions }] : [];
  return readConversation([...before, ...(messages as unknown[])]);
}

function usageOf({ texts }: Conversation, text: string): object {
  const inputTokens = texts.reduce((sum, each) => sum + estimateTokens(each), 0);
  const outputTokens = estimateTokens(text);
  return { input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
}

import { answerFromContext } from '../text/answer-from-context.js';
import { estimateTokens } from '../text/tokens.js';
import { type Answer, jsonAnswer, sse } from './answer.js';
import { type Conversation, readConversation } from './conversation.js';
import { invalidRequest } from './error.js';

/** The tokens that OpenAI counts for each message in addition to its text. */
const TOKENS_PER_MESSAGE = 4;

/** Answers a chat request from the messages before the question. `id`: the id of the completion. */
export function answerChat(body: Readonly<Record<string, unknown>>, id: string): Answer {
  const { model, messages, stream, stream_options: streamOptions } = body;
  if (typeof model !== 'string') return invalidRequest('you must provide a model parameter');
  const conversation = readConversation(messages);
  if (conversation === undefined)
    return invalidRequest("Invalid 'messages': expected messages with a role.", 'messages');
  const text = answerFromContext(conversation.question, conversation.context);
  const common = { id, created: Math.floor(Date.now() / 1000), model, service_tier: 'default' };
  const usage = usageOf(conversation, text);
  return stream === true
    ? streamed(text, common, wantsUsage(streamOptions) ? usage : undefined)
    : jsonAnswer(200, {
        ...common,
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: text, refusal: null },
            logprobs: null,
            finish_reason: 'stop',
          },
        ],
        usage,
      });
}

function streamed(text: string, common: object, usage: object | undefined): Answer {
  const event = (choices: object[], rest: object = {}): string =>
    sse(JSON.stringify({ ...common, object: 'chat.completion.chunk', choices, ...rest }));
  const chunk = (delta: object, finish: 'stop' | null): string =>
    event([{ index: 0, delta, logprobs: null, finish_reason: finish }]);
  // Each word includes the space before it, so that the joined words are the text.
  const words = text.match(/\s*\S+/g) ?? [];
  const chunks = [
    chunk({ role: 'assistant', content: '', refusal: null }, null),
    ...words.map((word) => chunk({ content: word }, null)),
  ];
  const end = [chunk({}, 'stop'), ...(usage === undefined ? [] : [event([], { usage })]), sse('[DONE]')];
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    pieces: [...chunks, ...end],
    chunks: chunks.length,
  };
}

function usageOf(conversation: Conversation, text: string): object {
  const promptTokens = conversation.texts.reduce((sum, each) => sum + TOKENS_PER_MESSAGE + estimateTokens(each), 0);
  const completionTokens = estimateTokens(text);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function wantsUsage(options: unknown): boolean {
  return (
    typeof options === 'object' && options !== null && 'include_usage' in options && options.include_usage === true
  );
}

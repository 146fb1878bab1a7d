import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one request. */
export type Step = 'ok' | 'reset' | 'stall' | 'cut' | number;

/** A server that speaks as much of OpenAI's chat and Anthropic's messages as answers, tools and objects need. */
export interface Provider {
  readonly url: string;
  /** What was asked, in order. */
  readonly requests: readonly { readonly path: string; readonly body: Record<string, unknown> }[];
  /** What happens to the next requests; those after them are answered. */
  script(...steps: Step[]): void;
  /** What happens to all requests for which nothing is lined up. */
  always(step: Step): void;
  /** Resolves once so many requests have arrived. */
  received(count: number): Promise<void>;
  /** How many requests the client has ended before their answer. */
  readonly aborted: number;
  close(): Promise<void>;
}

const TEXT = 'It was built in 1871.';

export async function startProvider(): Promise<Provider> {
  const requests: { path: string; body: Record<string, unknown> }[] = [];
  const steps: Step[] = [];
  let otherwise: Step = 'ok';
  let aborted = 0;
  const waiting: (() => void)[] = [];

  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      requests.push({ path: request.url ?? '', body });
      for (const look of waiting.splice(0)) look();
      response.on('close', () => {
        if (!response.writableFinished) aborted += 1;
      });
      answer(request.url ?? '', body, steps.shift() ?? otherwise, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    script: (...next) => steps.push(...next),
    always: (step) => {
      otherwise = step;
    },
    received: async (count) => {
      while (requests.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    get aborted() {
      return aborted;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Record<string, unknown>;
}

function answer(path: string, body: Record<string, unknown>, step: Step, response: ServerResponse): void {
  if (step === 'stall') return;
  if (step === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (typeof step === 'number') {
    response.writeHead(step, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ type: 'error', error: { type: 'api_error', message: 'down' } }));
    return;
  }
  const isChat = path.endsWith('/chat/completions');
  const said = saidTo(body);
  if (body.stream !== true) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isChat ? completion(said) : message(said)));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const events = isChat ? chunks(said) : messageEvents(said);
  // Cut off after the first piece of content.
  for (const event of step === 'cut' ? events.slice(0, isChat ? 2 : 3) : events) response.write(event);
  if (step === 'cut') setTimeout(() => response.socket?.resetAndDestroy(), 20);
  else response.end();
}

/** A tool call first, where there are tools and none has answered; JSON where that is asked for; else a sentence. */
type Said = { readonly tool: string } | { readonly text: string };

function saidTo(body: Record<string, unknown>): Said {
  const asked = JSON.stringify(body.messages);
  const tools = body.tools as { name?: string; function?: { name: string } }[] | undefined;
  const tool = tools?.[0]?.function?.name ?? tools?.[0]?.name;
  const isAnswered = /"role":"tool"|"type":"tool_result"/.test(asked);
  if (tool !== undefined && !isAnswered) return { tool };
  const wantsJson =
    body.response_format !== undefined || body.output_format !== undefined || body.output_config !== undefined;
  return { text: wantsJson ? JSON.stringify({ year: 1871 }) : TEXT };
}

const ARGUMENTS = JSON.stringify({ year: 1871 });
const USAGE = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
const COMMON = { id: 'chatcmpl-1', created: 1, model: 'm' };

function completion(said: Said): object {
  const choice =
    'tool' in said
      ? {
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'call_1', type: 'function', function: { name: said.tool, arguments: ARGUMENTS } }],
          },
        }
      : { finish_reason: 'stop', message: { role: 'assistant', content: said.text } };
  return { ...COMMON, object: 'chat.completion', choices: [{ index: 0, ...choice }], usage: USAGE };
}

function chunks(said: Said): string[] {
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ ...COMMON, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const content =
    'tool' in said
      ? [
          chunk({
            tool_calls: [
              { index: 0, id: 'call_1', type: 'function', function: { name: said.tool, arguments: ARGUMENTS } },
            ],
          }),
        ]
      : said.text.split(' ').map((word) => chunk({ content: `${word} ` }));
  return [
    chunk({ role: 'assistant' }),
    ...content,
    chunk({}, 'tool' in said ? 'tool_calls' : 'stop'),
    'data: [DONE]\n\n',
  ];
}

function message(said: Said): object {
  const content =
    'tool' in said
      ? [{ type: 'tool_use', id: 'toolu_1', name: said.tool, input: JSON.parse(ARGUMENTS) as object }]
      : [{ type: 'text', text: said.text }];
  const stop = 'tool' in said ? 'tool_use' : 'end_turn';
  return {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    model: 'm',
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 4 },
  };
}

function messageEvents(said: Said): string[] {
  const event = (data: { type: string } & object): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
  const start = { ...message(said), content: [], stop_reason: null };
  const [block, deltas] =
    'tool' in said
      ? [
          { type: 'tool_use', id: 'toolu_1', name: said.tool, input: {} },
          [{ type: 'input_json_delta', partial_json: ARGUMENTS }],
        ]
      : [{ type: 'text', text: '' }, said.text.split(' ').map((word) => ({ type: 'text_delta', text: `${word} ` }))];
  return [
    event({ type: 'message_start', ...{ message: start } }),
    event({ type: 'content_block_start', ...{ index: 0, content_block: block } }),
    ...deltas.map((delta) => event({ type: 'content_block_delta', ...{ index: 0, delta } })),
    event({ type: 'content_block_stop', ...{ index: 0 } }),
    event({
      type: 'message_delta',
      ...{ delta: { stop_reason: 'tool' in said ? 'tool_use' : 'end_turn' }, usage: { output_tokens: 4 } },
    }),
    event({ type: 'message_stop' }),
  ];
}

// What the upstream answers with: as little as the SDK takes for an answer.

const message = { role: 'assistant', content: 'yes', refusal: null };
const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }];
const ANSWER = JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion', created: 0, model: 'm', choices });
const REFUSAL = JSON.stringify({ error: { message: 'unavailable', type: 'server_error', param: null, code: null } });

export const HEADERS = { 'content-type': 'application/json' };

export function bodyOf(status) {
  return status === 200 ? ANSWER : REFUSAL;
}

import type { RecordedRequest } from '../recorded-request.js';
import type { Answer } from './answer.js';
import { answerChat } from './chat.js';
import { answerEmbeddings, type Distortion } from './embeddings.js';
import { errorAnswer, invalidRequest } from './error.js';
import { answerModels } from './models.js';
import { answerResponses, RESPONSES_PATH } from './responses.js';

const CHAT_PATH = '/v1/chat/completions';
export const EMBEDDINGS_PATH = '/v1/embeddings';
const MODELS_PATH = '/v1/models';

/** The answer of a healthy API to a request. `distort` changes the vectors of an embeddings answer. */
export function answerTo(request: RecordedRequest, distort?: Distortion): Answer {
  const { method, path, body, headers, requestId } = request;
  if (!/^bearer\s+\S/i.test(headers.authorization ?? '')) {
    const message = 'You did not provide an API key. Send it as a header: Authorization: Bearer YOUR_KEY.';
    return errorAnswer(401, { message, code: null });
  }
  const route = `${method} ${path}`;
  if (route === `GET ${MODELS_PATH}`) return answerModels();
  if (![CHAT_PATH, EMBEDDINGS_PATH, RESPONSES_PATH].some((known) => route === `POST ${known}`)) {
    return errorAnswer(404, { message: `Invalid URL (${route})`, code: null });
  }
  if (!isObject(body)) return invalidRequest('We could not parse the JSON body of your request.');
  if (path === RESPONSES_PATH) return answerResponses(body, requestId.replace('req_', 'resp_'));
  return path === CHAT_PATH
    ? answerChat(body, requestId.replace('req_', 'chatcmpl-'))
    : answerEmbeddings(body, distort);
}

function isObject(body: unknown): body is Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

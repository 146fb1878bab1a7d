import { type Answer, jsonAnswer } from './answer.js';

/** The fields of OpenAI's error object; each is always there. */
export interface ErrorFields {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | number | null;
}

/** What OpenAI says with a status when nothing more special is to be said: message, type, code. */
const USUAL: Readonly<Record<number, readonly [message: string, type: string, code: string | null]>> = {
  400: ['The request was not understood.', 'invalid_request_error', null],
  401: ['Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key'],
  403: ['You are not allowed to use this model.', 'invalid_request_error', 'model_not_found'],
  404: ['The model does not exist or you do not have access to it.', 'invalid_request_error', 'model_not_found'],
  408: ['The request timed out.', 'server_error', null],
  409: ['The resource was changed by another request.', 'invalid_request_error', null],
  413: ['The request is too large.', 'invalid_request_error', null],
  422: ['The request could not be processed.', 'invalid_request_error', null],
  429: ['Rate limit reached for requests. Please try again later.', 'requests', 'rate_limit_exceeded'],
  503: ['The engine is currently overloaded, please try again later.', 'server_error', null],
};

const OTHERWISE = {
  client: ['The request was refused.', 'invalid_request_error', null],
  server: ['The server had an error while processing your request.', 'server_error', null],
} as const;

/** OpenAI's error object for a status, with what is given in place of the usual words. */
export function errorFields(status: number, given: Partial<ErrorFields> = {}): ErrorFields {
  const [message, type, code] = USUAL[status] ?? (status < 500 ? OTHERWISE.client : OTHERWISE.server);
  return { message, type, param: null, code, ...given };
}

export function errorAnswer(status: number, given: Partial<ErrorFields> = {}): Answer {
  return jsonAnswer(status, { error: errorFields(status, given) });
}

/** 400 for what the caller sent. */
export function invalidRequest(message: string, param: string | null = null): Answer {
  return errorAnswer(400, { message, param });
}

import { type Answer, jsonAnswer } from './answer.js';

/** The fields of OpenAI's error object. All of them are always present. */
export interface ErrorFields {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | number | null;
}

/** OpenAI's usual message, type and code for a status. */
const BY_STATUS: Readonly<Record<number, readonly [message: string, type: string, code: string | null]>> = {
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

const DEFAULTS = {
  client: ['The request was refused.', 'invalid_request_error', null],
  server: ['The server had an error while processing your request.', 'server_error', null],
} as const;

/** OpenAI's error object for a status. `given` replaces the usual fields. */
export function errorFields(status: number, given: Partial<ErrorFields> = {}): ErrorFields {
  const [message, type, code] = BY_STATUS[status] ?? (status < 500 ? DEFAULTS.client : DEFAULTS.server);
  return { message, type, param: null, code, ...given };
}

export function errorAnswer(status: number, given: Partial<ErrorFields> = {}): Answer {
  return jsonAnswer(status, { error: errorFields(status, given) });
}

/** A 400 answer for an invalid request. */
export function invalidRequest(message: string, param: string | null = null): Answer {
  return errorAnswer(400, { message, param });
}

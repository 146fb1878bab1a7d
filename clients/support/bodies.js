// Error bodies as the services write them, so that a client's error is built from the fields it looks for. Every text in
// them is a constant: shapes hold nothing that was asked or answered.

const MESSAGE = 'The message.';

/** What a service calls a failure of a status. */
const OPENAI_TYPE = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};
const GOOGLE_STATUS = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};
const ANTHROPIC_TYPE = {
  ...OPENAI_TYPE,
  402: 'billing_error',
  413: 'request_too_large',
  504: 'timeout_error',
  529: 'overloaded_error',
};
const STRIPE_TYPE = {
  409: 'idempotency_error',
  400: 'invalid_request_error',
  404: 'invalid_request_error',
  402: 'card_error',
};
const AWS_TYPE = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  409: 'ConflictException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
};

const typeOf = (types, status) => types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');

export const BODIES = {
  plain: ({ status, code }) => ({ error: { message: MESSAGE, type: typeOf(OPENAI_TYPE, status), code: code ?? null } }),
  openai: ({ status, code, type }) => ({
    error: { message: MESSAGE, type: type ?? code ?? typeOf(OPENAI_TYPE, status), param: null, code: code ?? null },
  }),
  anthropic: ({ status, type }) => ({
    type: 'error',
    error: { type: type ?? typeOf(ANTHROPIC_TYPE, status), message: MESSAGE },
  }),
  google: ({ status, details }) => ({
    error: { code: status, message: MESSAGE, status: GOOGLE_STATUS[status] ?? 'UNKNOWN', ...(details && { details }) },
  }),
  mistral: ({ status, code, type }) => ({
    object: 'error',
    message: MESSAGE,
    type: type ?? code ?? typeOf(OPENAI_TYPE, status),
    code: code ?? null,
  }),
  cohere: () => ({ id: 'id', message: MESSAGE }),
  stripe: ({ status, code }) => ({
    error: { message: MESSAGE, type: typeOf(STRIPE_TYPE, status), ...(code && { code }) },
  }),
  aws: ({ status, code }) => ({ __type: code ?? AWS_TYPE[status] ?? 'SomeException', message: MESSAGE }),
  github: () => ({ message: MESSAGE, documentation_url: 'https://docs.github.com' }),
  slack: ({ code }) => ({ ok: false, error: code ?? 'some_error' }),
  twilio: ({ status }) => ({
    code: 20000 + status,
    message: MESSAGE,
    more_info: 'https://www.twilio.com/docs',
    status,
  }),
  sendgrid: () => ({ errors: [{ message: MESSAGE, field: null, help: null }] }),
  postgrest: () => ({ code: 'PGRST000', details: null, hint: null, message: MESSAGE }),
  algolia: ({ status }) => ({ message: MESSAGE, status }),
  elastic: ({ status }) => ({ error: { type: 'some_exception', reason: MESSAGE }, status }),
  azure: ({ code }) => ({ error: { code: code ?? 'SomeCode', message: MESSAGE } }),
  graphql: ({ code }) => ({ errors: [{ message: MESSAGE, extensions: { code: code ?? 'SOME_CODE' } }], data: null }),
};

export const HTML =
  '<!DOCTYPE html><html><head><title>The title.</title></head><body><h1>The title.</h1></body></html>';

import { checks, failed, ofClass } from '../support.js';

const fields = { status: undefined, headers: undefined, requestID: undefined, error: undefined, code: undefined };
const event = (type: string): Error => failed({ ...fields, error: { type: 'error', error: { type, message: 'x' } } });
const thrown = (name: string, properties: object = {}, message = 'x'): Error =>
  failed({ name, ...properties }, message);

describe('SDKs of models', () => {
  checks([
    ['a timeout of a minified bundle', ofClass('e', fields, 'Request timed out.'), 'timeout'],
    ['an abort of a minified bundle', ofClass('e', fields, 'Request was aborted.'), 'cancelled'],
    ['a connection error of a minified bundle', ofClass('e', fields, 'Connection error.'), 'network'],
    [
      'a missing key of a minified bundle',
      ofClass('e', {}, 'Missing credentials. Please pass an `apiKey`, `workloadIdentity`, or set the `OPENAI_API_KEY`'),
      'misconfigured',
    ],
    [
      'a missing key of Anthropic',
      ofClass(
        'e',
        {},
        'Could not resolve authentication method. Expected one of apiKey, authToken or credentials to be set',
      ),
      'misconfigured',
    ],
    ['an overload inside a stream', event('overloaded_error'), 'server'],
    ['a timeout inside a stream', event('timeout_error'), 'timeout'],
    ['a bill inside a stream', event('billing_error'), 'quota'],
    ['a rate limit inside a stream', event('rate_limit_error'), 'rate-limited'],
    ['an error type of another domain', event('sold_out_error'), 'unknown'],
    ['a key that the AI SDK does not find', thrown('AI_LoadAPIKeyError'), 'misconfigured'],
    ['an answer that the AI SDK cannot parse', thrown('AI_JSONParseError'), 'malformed'],
    ['an API that the AI SDK cannot reach', thrown('AI_APICallError', { isRetryable: true }), 'network'],
    ['an answer that the AI SDK refuses', thrown('AI_APICallError', { isRetryable: false }), 'unknown'],
    [
      'the last of several attempts of the AI SDK',
      thrown('AI_RetryError', { errors: [failed({ status: 503 })], lastError: failed({ status: 401 }) }),
      'rejected',
    ],
    ["cohere's timeout", thrown('CohereTimeoutError'), 'timeout'],
    [
      "cohere's timeout that is no error",
      thrown('CohereError', { rawResponse: { type: 'error', status: 0 }, cause: 'timeout' }),
      'timeout',
    ],
    ['what cohere cannot reach', thrown('CohereError', { rawResponse: { type: 'error', status: 0 } }), 'network'],
    [
      'a page that Mistral answers with',
      failed({ statusCode: 200, contentType: 'text/html', rawResponse: {}, body: '<html>' }),
      'malformed',
    ],
  ]);
});

describe('Other clients', () => {
  const boom = (status: number, message: string, data: object | null = { res: { statusCode: 200 } }): Error =>
    failed({ isBoom: true, output: { statusCode: status }, data }, message);
  const host = (content: string, isTimedOut = false): Error =>
    failed({ stackTrace: [{ response: { status: 0, content, isTimedOut } }] });
  const postgrest = (message: string, details: string): object => ({ message, details, hint: '', code: '' });
  checks([
    ["axios's cancellation", thrown('CanceledError', { code: 'ERR_CANCELED', config: {} }), 'cancelled'],
    ['an abort of Elasticsearch', thrown('RequestAbortedError', { meta: {} }), 'cancelled'],
    ["superagent's abort", failed({ code: 'ABORTED', method: 'GET', url: '/' }), 'cancelled'],
    ["superagent's timeout", failed({ code: 'ECONNABORTED', timeout: 50 }), 'timeout'],
    ["axios's timeout", failed({ code: 'ECONNABORTED' }, 'timeout of 50ms exceeded'), 'timeout'],
    ['a connection that the system aborted', failed({ code: 'ECONNABORTED' }), 'network'],
    ["node-fetch's timeout", failed({ type: 'request-timeout' }), 'timeout'],
    ["node-fetch's timeout of a body", failed({ type: 'body-timeout' }), 'timeout'],
    ["node-fetch's bad JSON", failed({ type: 'invalid-json' }), 'malformed'],
    [
      "axios's network error over a certificate",
      failed({ code: 'ERR_NETWORK', cause: failed({ code: 'CERT_HAS_EXPIRED' }) }),
      'misconfigured',
    ],
    ["axios's network error alone", failed({ code: 'ERR_NETWORK' }), 'network'],
    [
      "stripe's network error",
      thrown('Error', { type: 'StripeConnectionError', detail: failed({ code: 'ECONNRESET' }) }),
      'network',
    ],
    [
      "stripe's certificate",
      failed({ type: 'StripeConnectionError', rawType: 'x', detail: failed({ code: 'CERT_HAS_EXPIRED' }) }),
      'misconfigured',
    ],
    ["stripe's bad JSON", failed({ type: 'StripeAPIError' }, 'Invalid JSON received from the Stripe API'), 'malformed'],
    ['an Elasticsearch that cannot be reached', thrown('ConnectionError', { meta: {} }), 'network'],
    ['a product that is not Elasticsearch', thrown('ProductNotSupportedError', { meta: {} }), 'malformed'],
    ['a rate limit of Slack', failed({ code: 'slack_webapi_rate_limited_error', retryAfter: 7 }), 'rate-limited'],
    [
      'a word of Slack for a rate limit',
      failed({ code: 'slack_webapi_platform_error', data: { ok: false, error: 'ratelimited' } }),
      'rate-limited',
    ],
    [
      'a word of Slack for its own trouble',
      failed({ code: 'slack_webapi_platform_error', data: { ok: false, error: 'internal_error' } }),
      'server',
    ],
    [
      'any other word of Slack',
      failed({ code: 'slack_webapi_platform_error', data: { ok: false, error: 'invalid_auth' } }),
      'rejected',
    ],
    [
      'a page in the place of a word of Slack',
      failed({ code: 'slack_webapi_platform_error', data: { error: '<html>' } }),
      'malformed',
    ],
    ['a GraphQL error', failed({ extensions: { code: 'INTERNAL_SERVER_ERROR' } }), 'server'],
    [
      'a GraphQL answer of status 200',
      failed({ response: { status: 200, errors: [{ extensions: { code: 'THROTTLED' } }] } }),
      'rate-limited',
    ],
    [
      'a GraphQL mistake',
      failed({ graphQLErrors: [{ message: 'x', extensions: { code: 'BAD_USER_INPUT' } }] }),
      'rejected',
    ],
    ["Azure's cut body", failed({ code: 'PARSE_ERROR' }, 'Error reading response as text: aborted'), 'network'],
    ["Azure's bad JSON", failed({ code: 'PARSE_ERROR' }, 'Error "SyntaxError: x" occurred while parsing'), 'malformed'],
    ["wreck's timeout", boom(504, 'Client request timeout', null), 'timeout'],
    ["wreck's timeout of a body", boom(408, 'Request Time-out'), 'timeout'],
    ["wreck's cut body", boom(500, 'Payload stream closed prematurely'), 'network'],
    ["wreck's bad JSON", boom(502, 'Unexpected token'), 'malformed'],
    ["a service's own Boom", boom(404, 'Not Found', null), 'unknown'],
    ['hosts of Algolia that refuse', host('connect ECONNREFUSED'), 'network'],
    ['hosts of Algolia that do not answer', host('Connection timeout', true), 'timeout'],
    ['hosts of Algolia with a certificate of their own', host('self-signed certificate'), 'misconfigured'],
    [
      "postgrest-js's refused connection",
      postgrest('TypeError: fetch failed', 'Caused by: Error: x (ECONNREFUSED)'),
      'network',
    ],
    [
      "postgrest-js's certificate",
      postgrest('TypeError: fetch failed', 'Caused by: Error: x (CERT_HAS_EXPIRED)'),
      'misconfigured',
    ],
    ["postgrest-js's abort", postgrest('AbortError: This operation was aborted', 'x'), 'cancelled'],
    ["postgrest-js's timeout", postgrest('TimeoutError: The operation', 'x'), 'timeout'],
    ["postgrest-js's answer about a row", postgrest('No rows found', 'x'), 'unknown'],
    ['a timeout of libcurl', failed({ isCurlError: true, code: 28 }), 'timeout'],
    ['a connection of libcurl', failed({ isCurlError: true, code: 7 }), 'network'],
    ['a certificate of libcurl', failed({ isCurlError: true, code: 60 }), 'misconfigured'],
    ['a number like one of libcurl', failed({ code: 28 }), 'unknown'],
    ['a page that cannot be reached', failed({}, 'net::ERR_CONNECTION_REFUSED at http://127.0.0.1/'), 'network'],
    ['a page that is too slow', failed({}, 'page.goto: net::ERR_TIMED_OUT at http://127.0.0.1/'), 'timeout'],
    [
      'a page with a wrong certificate',
      failed({}, 'net::ERR_CERT_DATE_INVALID at https://127.0.0.1/'),
      'misconfigured',
    ],
    ['a page that was stopped', failed({}, 'net::ERR_ABORTED at http://127.0.0.1/'), 'unknown'],
    ['a shop that is busy', failed({ response: { code: 429, headers: {} } }), 'rate-limited'],
    ['a code of a response without headers', failed({ response: { code: 429 } }), 'unknown'],
    ["Kiota's status", failed({ responseStatusCode: 503 }), 'server'],
    ['an answer that tRPC cannot read', failed({ meta: { response: new Response('x', { status: 503 }) } }), 'server'],
    ["Qdrant's limit", thrown('QdrantClientResourceExhaustedError', { retry_after: 3 }), 'rate-limited'],
    ["Meilisearch's timeout", failed({ cause: thrown('MeilisearchRequestTimeOutError') }), 'timeout'],
  ]);
});

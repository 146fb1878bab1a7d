// SDKs of services behind HTTP.
import { DEFAULTS } from './ai.js';

const NO_QUOTA = ['429 quota'];
/** Clients that are given a host and a port rather than a URL. */
const NO_URL = ['an address that is no URL', 'an unknown scheme'];
const partsOf = (url) => {
  const { protocol, hostname, port } = new URL(url);
  return { protocol: protocol.slice(0, -1), host: hostname, port: port || (protocol === 'https:' ? 443 : 80) };
};

const stripe = async ({ url, timeout, retries }) => {
  const { default: Stripe } = await import('stripe');
  const { protocol, host, port } = partsOf(url);
  const limits = { ...(timeout && { timeout }), ...(retries !== undefined && { maxNetworkRetries: retries }) };
  return new Stripe('sk_test_key', { protocol, host, port, telemetry: false, ...limits }).customers.create({
    name: 'Name',
  });
};

const CREDENTIALS = { accessKeyId: 'id', secretAccessKey: 'secret' };
const aws =
  (load, { service, make, read }) =>
  async ({ url, timeout, signal, attempts = 1, credentials = CREDENTIALS }) => {
    const sdk = await load();
    const limits = {
      connectionTimeout: 2000,
      ...(timeout && { requestTimeout: timeout, socketTimeout: timeout, throwOnRequestTimeout: true }),
    };
    const client = new sdk[service]({
      ...{
        endpoint: url,
        region: 'eu-west-1',
        ...(credentials && { credentials }),
        maxAttempts: attempts,
        forcePathStyle: true,
        requestHandler: limits,
      },
    });
    const answer = await client.send(make(sdk), { abortSignal: signal });
    return read ? read(answer) : answer;
  };
const s3 = aws(() => import('@aws-sdk/client-s3'), {
  service: 'S3Client',
  make: ({ GetObjectCommand }) => new GetObjectCommand({ Bucket: 'bucket', Key: 'key' }),
  read: ({ Body }) => Body.transformToString(),
});
const dynamodb = aws(() => import('@aws-sdk/client-dynamodb'), {
  service: 'DynamoDBClient',
  make: ({ GetItemCommand }) => new GetItemCommand({ TableName: 'table', Key: { id: { S: 'id' } } }),
});
const bedrock = aws(() => import('@aws-sdk/client-bedrock-runtime'), {
  service: 'BedrockRuntimeClient',
  make: ({ ConverseCommand }) =>
    new ConverseCommand({ modelId: 'm', messages: [{ role: 'user', content: [{ text: 'The question.' }] }] }),
});

const named = (status, code, kind, rest) => ({
  id: `${status} ${code}`,
  kind,
  play: { status, headers: { 'x-amzn-errortype': code }, code, ...rest },
});
const xml = (code) => ({
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>The message.</Message></Error>`,
});

const azure = async ({ url, timeout, signal }) => {
  const { getClient, createRestError } = await import('@azure-rest/core-client');
  const client = getClient(url, { retryOptions: { maxRetries: 0 }, allowInsecureConnection: true });
  const response = await client.path('/things').get({ timeout, abortSignal: signal });
  if (Number(response.status) >= 400) throw createRestError(response);
  return response;
};

const postgrest = async ({ url, signal }) => {
  const { PostgrestClient } = await import('@supabase/postgrest-js');
  const query = new PostgrestClient(url).from('things').insert({ id: 1 });
  return signal ? query.abortSignal(signal) : query;
};

const octokit =
  (load) =>
  async ({ url, signal, ...options }) => {
    const { Octokit } = await load();
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    return new Octokit({ baseUrl: url, log: silent, ...options.with }).request('GET /repos/{owner}/{repo}', {
      owner: 'o',
      repo: 'r',
      request: { signal },
    });
  };

/** It puts a body that is not JSON into the message, and nothing else says so. */
const BODY_AS_MESSAGE = Object.fromEntries(
  ['malformed JSON', '200 HTML', 'cut gzip'].map((fault) => [
    fault,
    { decidable: false, reason: 'the client gives the body as a message alone' },
  ]),
);

export const services = {
  name: 'services',
  title: 'SDKs of services',
  setups: [
    {
      name: 'octokit core',
      package: '@octokit/core',
      dialect: 'github',
      limits: ['controller', 'signal', 'caller'],
      without: NO_QUOTA,
      call: octokit(() => import('@octokit/core')),
    },
    {
      name: 'octokit',
      package: 'octokit',
      dialect: 'github',
      limits: ['controller', 'signal', 'caller'],
      without: NO_QUOTA,
      call: (at) =>
        octokit(() => import('octokit'))({ ...at, with: { retry: { enabled: false }, throttle: { enabled: false } } }),
    },
    {
      name: 'stripe',
      package: 'stripe',
      dialect: 'stripe',
      limits: ['client'],
      without: [...NO_URL, ...NO_QUOTA],
      call: (at) => stripe({ ...at, retries: 0 }),
    },
    {
      name: 'stripe, its defaults',
      package: 'stripe',
      dialect: 'stripe',
      limits: ['client'],
      only: DEFAULTS,
      call: stripe,
    },
    {
      name: 'AWS S3',
      package: '@aws-sdk/client-s3',
      without: [...NO_QUOTA, '200 HTML', 'malformed JSON'],
      answers: Object.fromEntries(
        [
          [400, 'InvalidRequest'],
          [403, 'AccessDenied'],
          [404, 'NoSuchKey'],
          [409, 'OperationAborted'],
          [429, 'TooManyRequests'],
          [500, 'InternalError'],
          [503, 'ServiceUnavailable'],
        ].map(([status, code]) => [String(status), xml(code)]),
      ),
      more: [
        { ...named(503, 'SlowDown', 'rate-limited'), play: { status: 503, ...xml('SlowDown') } },
        { ...named(400, 'RequestTimeout', 'timeout'), play: { status: 400, ...xml('RequestTimeout') } },
      ],
      call: s3,
    },
    {
      name: 'AWS S3, its defaults',
      package: '@aws-sdk/client-s3',
      limits: ['client'],
      only: DEFAULTS,
      call: (at) => s3({ ...at, attempts: 3 }),
    },
    {
      name: 'AWS DynamoDB',
      package: '@aws-sdk/client-dynamodb',
      dialect: 'aws',
      without: [...NO_QUOTA, '200 HTML'],
      more: [
        named(400, 'ThrottlingException', 'rate-limited'),
        named(400, 'ProvisionedThroughputExceededException', 'rate-limited'),
        named(400, 'RequestLimitExceeded', 'rate-limited'),
        named(400, 'ConditionalCheckFailedException', 'rejected'),
        named(400, 'ResourceNotFoundException', 'rejected'),
        named(500, 'InternalServerError', 'server'),
      ],
      call: dynamodb,
    },
    {
      name: 'AWS Bedrock',
      package: '@aws-sdk/client-bedrock-runtime',
      dialect: 'aws',
      protocol: 'http2',
      without: [...NO_QUOTA, '200 HTML', '429 two Retry-After', 'TLS spoken to a plain port'],
      more: [
        named(429, 'ThrottlingException', 'rate-limited'),
        named(400, 'ServiceQuotaExceededException', 'quota'),
        named(403, 'AccessDeniedException', 'rejected'),
        named(400, 'ValidationException', 'rejected'),
        named(500, 'InternalServerException', 'server'),
        named(503, 'ServiceUnavailableException', 'server'),
        named(408, 'ModelTimeoutException', 'timeout'),
      ],
      call: bedrock,
    },
    {
      name: 'AWS, no credentials',
      package: '@aws-sdk/client-dynamodb',
      limits: [],
      only: ['no key'],
      more: [{ id: 'no key', kind: 'misconfigured', play: 'silence' }],
      call: (at) => dynamodb({ ...at, credentials: null }),
    },
    { name: 'Azure REST', package: '@azure-rest/core-client', dialect: 'azure', without: NO_QUOTA, call: azure },
    {
      name: '@slack/web-api',
      package: '@slack/web-api',
      dialect: 'slack',
      says: { 429: 'slack_webapi_rate_limited_error' },
      limits: ['client'],
      without: NO_QUOTA,
      more: [
        { id: '200 ratelimited', kind: 'rate-limited', play: { status: 200, headers: {}, code: 'ratelimited' } },
        { id: '200 invalid_auth', kind: 'rejected', play: { status: 200, headers: {}, code: 'invalid_auth' } },
        { id: '200 internal_error', kind: 'server', play: { status: 200, headers: {}, code: 'internal_error' } },
        {
          id: '200 service_unavailable',
          kind: 'server',
          play: { status: 200, headers: {}, code: 'service_unavailable' },
        },
      ],
      call: async ({ url, timeout }) => {
        const { WebClient, LogLevel } = await import('@slack/web-api');
        const limits = { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, ...(timeout && { timeout }) };
        return new WebClient('xoxb-key', {
          slackApiUrl: `${url}/`,
          logLevel: LogLevel.ERROR,
          ...limits,
        }).chat.postMessage({ channel: 'c', text: 'Text.' });
      },
    },
    {
      name: 'twilio',
      package: 'twilio',
      dialect: 'twilio',
      limits: ['client'],
      without: NO_QUOTA,
      call: async ({ url, timeout }) => {
        const { default: twilio } = await import('twilio');
        const http = new twilio.RequestClient({ timeout });
        // Its addresses are fixed: the request goes to the fault server, all else is the client's own.
        const httpClient = {
          request: (request) => http.request({ ...request, uri: request.uri.replace(/^https:\/\/[^/]+/, url) }),
        };
        return twilio('AC0123456789', 'token', { httpClient }).messages.create({ to: '+1', from: '+2', body: 'Text.' });
      },
    },
    {
      name: '@sendgrid/mail',
      package: '@sendgrid/mail',
      dialect: 'sendgrid',
      limits: ['client'],
      without: [...NO_QUOTA, '200 HTML', 'malformed JSON'],
      call: async ({ url, timeout }) => {
        const { default: mail } = await import('@sendgrid/mail');
        mail.setApiKey('SG.key');
        mail.client.setDefaultRequest('baseUrl', `${url}/`);
        if (timeout) mail.setTimeout(timeout);
        return mail.send({ to: 'a@example.org', from: 'b@example.org', subject: 'Subject', text: 'Text.' });
      },
    },
    {
      name: 'postgrest-js, throwOnError',
      package: '@supabase/postgrest-js',
      dialect: 'postgrest',
      right: BODY_AS_MESSAGE,
      limits: ['controller', 'signal', 'caller'],
      without: NO_QUOTA,
      call: async ({ url, signal }) => {
        const { PostgrestClient } = await import('@supabase/postgrest-js');
        const query = new PostgrestClient(url).from('things').insert({ id: 1 }).throwOnError();
        return signal ? query.abortSignal(signal) : query;
      },
    },
    {
      name: 'postgrest-js, its answer thrown',
      package: '@supabase/postgrest-js',
      dialect: 'postgrest',
      right: BODY_AS_MESSAGE,
      limits: ['controller', 'signal', 'caller'],
      without: NO_QUOTA,
      call: async (at) => {
        const answer = await postgrest(at);
        if (answer.error)
          throw Object.assign(new Error('The upstream failed.', { cause: answer.error }), { status: answer.status });
      },
    },
    {
      name: 'algoliasearch',
      package: 'algoliasearch',
      dialect: 'algolia',
      limits: ['client'],
      without: [...NO_QUOTA, ...NO_URL],
      call: async ({ url, timeout }) => {
        const { algoliasearch } = await import('algoliasearch');
        const { protocol, host, port } = partsOf(url);
        const limits = timeout && { timeouts: { connect: timeout, read: timeout, write: timeout } };
        const client = algoliasearch('app', 'key', {
          hosts: [{ url: host, accept: 'readWrite', protocol, port }],
          ...limits,
        });
        return client.searchSingleIndex({ indexName: 'i', searchParams: { query: 'q' } });
      },
    },
    {
      name: '@elastic/elasticsearch',
      package: '@elastic/elasticsearch',
      dialect: 'elastic',
      without: NO_QUOTA,
      call: async ({ url, timeout, signal }) => {
        const { Client } = await import('@elastic/elasticsearch');
        const client = new Client({ node: url, maxRetries: 0, ...(timeout && { requestTimeout: timeout }) });
        return client.search({ index: 'i' }, { signal });
      },
    },
    {
      name: '@elastic/elasticsearch, its defaults',
      package: '@elastic/elasticsearch',
      dialect: 'elastic',
      only: DEFAULTS,
      limits: ['client'],
      call: async ({ url, timeout }) => {
        const { Client } = await import('@elastic/elasticsearch');
        return new Client({ node: url, ...(timeout && { requestTimeout: timeout }) }).search({ index: 'i' });
      },
    },
  ],
};

// Finds clients that retry requests themselves: inside a retry, the attempts multiply.
import { causesOf } from './chain.js';
import { classNameOf, isArray, isObject, numberOf, read, readText } from './reading.js';

/** A client that retries by itself. */
export interface RepeatingClient {
  /** Identifies what was reported: the kind of client if an error shows it, else the client itself. */
  readonly identity: object;
  /** The name for messages. */
  readonly name: string;
  /** The total number of attempts, the first included. */
  readonly attempts: number;
  /** What to write so that only one of the two retries. */
  readonly instead: string;
}

interface ClientSigns {
  readonly name: string;
  readonly instead: string;
  /** How many times the request was retried, if the value shows it. */
  readonly repeated: (value: object) => unknown;
}

const valueAt = (value: unknown, ...path: readonly string[]): unknown => path.reduce(read, value);

/** Signs in the error that such a client finally throws. */
const BY_ERROR: readonly ClientSigns[] = [
  {
    name: 'the AI SDK',
    instead: 'maxRetries: 0 in its call',
    repeated: (error) =>
      readText(error, 'name') === 'AI_RetryError' ? numberOf(valueAt(error, 'errors', 'length')) - 1 : 0,
  },
  { name: 'ky', instead: 'retry: 0 in its options', repeated: repeatedByKy },
  { name: 'ofetch', instead: 'retry: false in its options', repeated: repeatedByOfetch },
  {
    name: 'got',
    instead: 'retry: { limit: 0 } in its options',
    repeated: (error) => valueAt(error, 'request', 'retryCount'),
  },
  {
    name: 'axios-retry',
    instead: "'axios-retry': { retries: 0 } in the request's options, or no axios-retry for this instance",
    repeated: (error) => valueAt(error, 'config', 'axios-retry', 'retryCount'),
  },
  {
    name: 'gaxios',
    instead: 'retry: false in its options',
    repeated: (error) => valueAt(error, 'config', 'retryConfig', 'currentRetryAttempt'),
  },
  { name: 'stripe', instead: 'new Stripe(key, { maxNetworkRetries: 0 })', repeated: repeatedByStripe },
  {
    name: 'the AWS SDK',
    instead: 'maxAttempts: 1 in the options of its client',
    repeated: (error) => numberOf(valueAt(error, '$metadata', 'attempts')) - 1,
  },
  {
    name: 'octokit',
    instead: 'retry: { enabled: false } in its options',
    repeated: (error) => valueAt(error, 'request', 'request', 'retryCount'),
  },
  {
    name: 'the Elasticsearch client',
    instead: 'maxRetries: 0 in its options',
    repeated: (error) => valueAt(error, 'meta', 'meta', 'attempts'),
  },
  {
    name: 'p-retry, or a client that uses it (LangChain does)',
    instead: 'maxRetries: 0 in its options',
    repeated: (error) =>
      typeof read(error, 'retriesLeft') === 'number' ? numberOf(read(error, 'attemptNumber')) - 1 : 0,
  },
];

/** The client's own retries, if an error or one of its causes shows them. Only reads properties. */
export function retriesShownBy(error: unknown): RepeatingClient | undefined {
  for (const cause of causesOf(error)) {
    if (!isObject(cause)) continue;
    for (const signs of BY_ERROR) {
      const repeated = countOf(signs.repeated(cause));
      if (repeated > 0) return { identity: signs, name: signs.name, attempts: repeated + 1, instead: signs.instead };
    }
  }
  return undefined;
}

/** Signs in a client object. Clients with `maxRetries` are handled in `policies/retry/clients.ts`. */
const BY_CLIENT: readonly ClientSigns[] = [
  {
    name: 'the stripe client',
    instead: 'new Stripe(key, { maxNetworkRetries: 0 })',
    repeated: (client) => valueAt(client, '_api', 'maxNetworkRetries'),
  },
  {
    name: 'the LangChain model',
    instead: 'maxRetries: 0 in its options',
    repeated: (client) =>
      typeof valueAt(client, 'caller', 'call') === 'function' ? valueAt(client, 'caller', 'maxRetries') : 0,
  },
  {
    name: 'got',
    instead: 'got.extend({ retry: { limit: 0 } })',
    repeated: (client) =>
      typeof read(client, 'extend') === 'function' ? valueAt(client, 'defaults', 'options', 'retry', 'limit') : 0,
  },
  {
    name: 'octokit',
    instead: 'new Octokit({ retry: { enabled: false } })',
    repeated: (client) => (typeof valueAt(client, 'retry', 'retryRequest') === 'function' ? 3 : 0),
  },
];

/** The retries of a client object; undefined if it has none. Calls none of the client's methods. */
export function clientRetries(value: unknown): RepeatingClient | undefined {
  if (!isObject(value)) return undefined;
  for (const { name, instead, repeated } of BY_CLIENT) {
    const retries = countOf(repeated(value));
    if (retries > 0) return { identity: value, name, attempts: retries + 1, instead };
  }
  return undefined;
}

/** A larger number is not a retry count. */
const MAX_RETRIES = 1000;

function countOf(repeated: unknown): number {
  return Number.isSafeInteger(repeated) && (repeated as number) <= MAX_RETRIES ? (repeated as number) : 0;
}

/** ky's errors hold the options, not a count. If the options allow a retry of this request, ky used all retries. */
function repeatedByKy(error: object): unknown {
  const retry = valueAt(error, 'options', 'retry');
  const [methods, statuses] = [read(retry, 'methods'), read(retry, 'statusCodes')];
  if (!isArray(methods) || !isArray(statuses)) return 0;
  const method = readText(read(error, 'request'), 'method')?.toLowerCase();
  const repeats = includes(methods, method) && includes(statuses, valueAt(error, 'response', 'status'));
  return repeats ? read(retry, 'limit') : 0;
}

function includes(list: readonly unknown[], value: unknown): boolean {
  for (let i = 0; i < 32; i++) if (value !== undefined && read(list, String(i)) === value) return true;
  return false;
}

/** ofetch counts `retry` down to 0, and 0 also disables retries. So the calls are counted in the stack trace. */
function repeatedByOfetch(error: object): unknown {
  if (readText(error, 'name') !== 'FetchError' || valueAt(error, 'options', 'retry') !== 0) return 0;
  return readText(error, 'stack')
    ?.slice(0, 4096)
    .match(/^ +at async \$fetchRaw/gm)?.length;
}

function repeatedByStripe(error: object): unknown {
  if (readText(error, 'type') !== 'StripeConnectionError' && classNameOf(error) !== 'StripeConnectionError') return 0;
  const [, times] =
    / Request was retried (\d{1,3}) times\.$/.exec(readText(error, 'message')?.slice(0, 128) ?? '') ?? [];
  return Number(times);
}

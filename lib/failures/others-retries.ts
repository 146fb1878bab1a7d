// Clients that repeat requests by themselves: under a retry, their attempts multiply with its own.
import { causesOf } from './chain.js';
import { classNameOf, isArray, isObject, numberOf, read, readText } from './reading.js';

/** A client that repeats by itself. */
export interface RepeatingClient {
  /** What to remember it by: one for each kind of client that errors show, else the client itself. */
  readonly identity: object;
  /** As it is named to people. */
  readonly name: string;
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** What to write, so that only one of the two repeats. */
  readonly instead: string;
}

interface Signs {
  readonly name: string;
  readonly instead: string;
  /** How often the request was repeated, if the value shows it. */
  readonly repeated: (value: object) => unknown;
}

const at = (value: unknown, ...path: readonly string[]): unknown => path.reduce(read, value);

/** By the error that such a client throws in the end. */
const BY_ERROR: readonly Signs[] = [
  {
    name: 'the AI SDK',
    instead: 'maxRetries: 0 in its call',
    repeated: (error) =>
      readText(error, 'name') === 'AI_RetryError' ? numberOf(at(error, 'errors', 'length')) - 1 : 0,
  },
  { name: 'ky', instead: 'retry: 0 in its options', repeated: repeatedByKy },
  { name: 'ofetch', instead: 'retry: false in its options', repeated: repeatedByOfetch },
  {
    name: 'got',
    instead: 'retry: { limit: 0 } in its options',
    repeated: (error) => at(error, 'request', 'retryCount'),
  },
  {
    name: 'axios-retry',
    instead: "'axios-retry': { retries: 0 } in the request's options, or no axios-retry for this instance",
    repeated: (error) => at(error, 'config', 'axios-retry', 'retryCount'),
  },
  {
    name: 'gaxios',
    instead: 'retry: false in its options',
    repeated: (error) => at(error, 'config', 'retryConfig', 'currentRetryAttempt'),
  },
  { name: 'stripe', instead: 'new Stripe(key, { maxNetworkRetries: 0 })', repeated: repeatedByStripe },
  {
    name: 'the AWS SDK',
    instead: 'maxAttempts: 1 in the options of its client',
    repeated: (error) => numberOf(at(error, '$metadata', 'attempts')) - 1,
  },
  {
    name: 'octokit',
    instead: 'retry: { enabled: false } in its options',
    repeated: (error) => at(error, 'request', 'request', 'retryCount'),
  },
  {
    name: 'the Elasticsearch client',
    instead: 'maxRetries: 0 in its options',
    repeated: (error) => at(error, 'meta', 'meta', 'attempts'),
  },
  {
    name: 'p-retry, or a client that uses it (LangChain does)',
    instead: 'maxRetries: 0 in its options',
    repeated: (error) =>
      typeof read(error, 'retriesLeft') === 'number' ? numberOf(read(error, 'attemptNumber')) - 1 : 0,
  },
];

/** What an error, or one that caused it, shows of the client's own retries. Reads a few properties and changes nothing. */
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

/** By the client itself, as a field of an object holds it. `maxRetries` is read elsewhere. */
const BY_CLIENT: readonly Signs[] = [
  {
    name: 'the stripe client',
    instead: 'new Stripe(key, { maxNetworkRetries: 0 })',
    repeated: (client) => at(client, '_api', 'maxNetworkRetries'),
  },
  {
    name: 'the LangChain model',
    instead: 'maxRetries: 0 in its options',
    repeated: (client) => (typeof at(client, 'caller', 'call') === 'function' ? at(client, 'caller', 'maxRetries') : 0),
  },
  {
    name: 'got',
    instead: 'got.extend({ retry: { limit: 0 } })',
    repeated: (client) =>
      typeof read(client, 'extend') === 'function' ? at(client, 'defaults', 'options', 'retry', 'limit') : 0,
  },
  {
    name: 'octokit',
    instead: 'new Octokit({ retry: { enabled: false } })',
    repeated: (client) => (typeof at(client, 'retry', 'retryRequest') === 'function' ? 3 : 0),
  },
];

/** The retries of a client that an object holds. Runs none of the client's methods. */
export function clientRetries(value: unknown): RepeatingClient | undefined {
  if (!isObject(value)) return undefined;
  for (const { name, instead, repeated } of BY_CLIENT) {
    const retries = countOf(repeated(value));
    if (retries > 0) return { identity: value, name, attempts: retries + 1, instead };
  }
  return undefined;
}

/** More than anyone would set by hand is no count. */
const MAX_RETRIES = 1000;

function countOf(repeated: unknown): number {
  return Number.isSafeInteger(repeated) && (repeated as number) <= MAX_RETRIES ? (repeated as number) : 0;
}

/** Its errors hold the options, not a count: it has repeated what these say that it repeats. */
function repeatedByKy(error: object): unknown {
  const retry = at(error, 'options', 'retry');
  const [methods, statuses] = [read(retry, 'methods'), read(retry, 'statusCodes')];
  if (!isArray(methods) || !isArray(statuses)) return 0;
  const method = readText(read(error, 'request'), 'method')?.toLowerCase();
  const repeats = includes(methods, method) && includes(statuses, at(error, 'response', 'status'));
  return repeats ? read(retry, 'limit') : 0;
}

function includes(list: readonly unknown[], value: unknown): boolean {
  for (let i = 0; i < 32; i++) if (value !== undefined && read(list, String(i)) === value) return true;
  return false;
}

/** It counts down to 0, which is also how it is switched off: only the trace shows the calls of itself. */
function repeatedByOfetch(error: object): unknown {
  if (readText(error, 'name') !== 'FetchError' || at(error, 'options', 'retry') !== 0) return 0;
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

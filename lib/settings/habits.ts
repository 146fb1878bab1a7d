/** The options of holdfast, each with the names that it has in other libraries. */
const HABITS: Readonly<Record<string, string>> = {
  maxAttempts: 'retries maxRetries maxRetryAttempts limitRetries attempts numOfAttempts',
  minWait: 'minTimeout initialDelay startingDelay delay retryDelay',
  maxWait: 'maxTimeout maxDelay',
  backoff: 'factor',
  jitter: 'randomize',
  retryOn: 'shouldRetry retryIf retryCondition',
  recoveryTimeout: 'resetTimeout halfOpenAfter waitDurationInOpenState',
  failureRate: 'errorThresholdPercentage failureRateThreshold',
  minimumCalls: 'volumeThreshold minimumNumberOfCalls minimumRps',
  window: 'rollingCountTimeout slidingWindowSize',
  failureThreshold: 'maxFailures consecutiveFailures',
  failureOn: 'errorFilter isFailure',
  limit: 'maxConcurrent maxConcurrentCalls capacity concurrency',
  queue: 'maxQueue queueSize',
};

/** What to write for an option of another library that is no option here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  '@Coalesced({ key }) below it': 'coalesce',
  '@ConcurrencyLimited({ limit }) below it': 'capacity concurrency maxConcurrent',
  'fallback: lastGood({ key })': 'cache',
  "onEvent(), for 'retry_scheduled'": 'onFailedAttempt onRetry',
};

/** How the meaning of the option differs from that of the key, if it does. */
function differenceOf(option: string, key: string): string | undefined {
  if (option === 'maxAttempts')
    return /^(max)?retr/i.test(key)
      ? `it counts calls, so ${key}: 2 is maxAttempts: 3`
      : 'it counts calls, the first included';
  if (option === 'failureRate') return 'it is a share, so 50 is 0.5';
  if (key === 'minimumRps') return 'it counts the calls of the window';
  return key === 'errorFilter' ? 'it returns true for what counts as a failure' : undefined;
}

/**
 * Advice for a key of another library; undefined if it is no such key, or if none of the `known` options replaces it.
 */
export function adviceFor(key: string, known: readonly string[]): string | undefined {
  if (key === 'maxRetryTime' && known.includes('maxAttempts'))
    return "write @TimeLimited('20s') above all others instead";
  if (/^(timeout|timeoutMs|callTimeout)$/.test(key) && !known.includes('timeout')) {
    return known.includes('limit') ? 'write limit' : "write @TimeLimited('20s') above or below instead";
  }
  const option = nameFor(key, HABITS, known);
  if (option === undefined) {
    const instead = nameFor(key, ELSEWHERE);
    return instead && `write ${instead}`;
  }
  const differs = differenceOf(option, key);
  return `write ${option}${differs === undefined ? '' : `; ${differs}`}`;
}

/** What the table has for a key; undefined if it has nothing, or nothing that is known. */
function nameFor(key: string, table: Readonly<Record<string, string>>, known?: readonly string[]): string | undefined {
  return Object.keys(table).find((each) => known?.includes(each) !== false && table[each]?.split(' ').includes(key));
}

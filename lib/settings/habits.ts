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
  limit: 'maxConcurrent maxConcurrentCalls capacity',
  queue: 'maxQueue queueSize',
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
  const [option] =
    Object.entries(HABITS).find(([each, keys]) => known.includes(each) && keys.split(' ').includes(key)) ?? [];
  const differs = option === undefined ? undefined : differenceOf(option, key);
  return option === undefined ? undefined : `write ${option}${differs === undefined ? '' : `; ${differs}`}`;
}

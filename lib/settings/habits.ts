/** Names of options in other libraries, the option of holdfast for each, and how its meaning differs. */
const HABITS: Readonly<Record<string, readonly [options: readonly string[], differs?: string]>> = {
  retries: [['maxAttempts'], 'it counts calls, so retries: 2 is maxAttempts: 3'],
  maxRetries: [['maxAttempts'], 'it counts calls, so maxRetries: 2 is maxAttempts: 3'],
  maxRetryAttempts: [['maxAttempts'], 'it counts calls, so maxRetryAttempts: 2 is maxAttempts: 3'],
  limitRetries: [['maxAttempts'], 'it counts calls, the first included'],
  attempts: [['maxAttempts'], 'it counts calls, the first included'],
  numOfAttempts: [['maxAttempts'], 'it counts calls, the first included'],
  minTimeout: [['minWait']],
  initialDelay: [['minWait']],
  startingDelay: [['minWait']],
  delay: [['minWait']],
  maxTimeout: [['maxWait']],
  maxDelay: [['maxWait']],
  shouldRetry: [['retryOn']],
  retryIf: [['retryOn']],
  retryCondition: [['retryOn']],
  resetTimeout: [['recoveryTimeout']],
  halfOpenAfter: [['recoveryTimeout']],
  waitDurationInOpenState: [['recoveryTimeout']],
  errorThresholdPercentage: [['failureRate'], 'it is a share, so 50 is 0.5'],
  failureRateThreshold: [['failureRate'], 'it is a share, so 50 is 0.5'],
  volumeThreshold: [['minimumCalls']],
  minimumNumberOfCalls: [['minimumCalls']],
  minimumRps: [['minimumCalls'], 'it counts the calls of the window'],
  rollingCountTimeout: [['window']],
  slidingWindowSize: [['window']],
  maxFailures: [['failureThreshold']],
  consecutiveFailures: [['failureThreshold']],
  errorFilter: [['failureOn'], 'it returns true for what counts as a failure'],
  isFailure: [['failureOn']],
  maxConcurrent: [['limit']],
  maxConcurrentCalls: [['limit']],
  capacity: [['limit']],
  maxQueue: [['queue']],
  queueSize: [['queue']],
};

/**
 * Advice for a key of another library; undefined if it is no such key, or if none of the `known` options replaces it.
 */
export function adviceFor(key: string, known: readonly string[]): string | undefined {
  if (key === 'maxRetryTime' && known.includes('maxAttempts'))
    return "write @TimeLimited('20s') above all others instead";
  if (/^(timeout|timeoutMs|callTimeout)$/.test(key) && !known.includes('timeout')) {
    return known.includes('limit') ? 'write limit' : "write @TimeLimited('20s') above or below instead";
  }
  const [options, differs] = (Object.hasOwn(HABITS, key) && HABITS[key]) || [[]];
  const option = options.find((each) => known.includes(each));
  return option === undefined ? undefined : `write ${option}${differs === undefined ? '' : `; ${differs}`}`;
}

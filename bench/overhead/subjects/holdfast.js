import {
  CircuitProtected,
  Coalesced,
  ConcurrencyLimited,
  configure,
  Hedged,
  RateLimited,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '../../../dist/index.js';
import { decorate } from '../../support/decorate.js';
import { ATTEMPTS, FALLBACK, OPEN_MS, THRESHOLD } from './job.js';

configure({ settings: { log: { level: 'silent' } } });

const CIRCUIT = { failureThreshold: THRESHOLD, recoveryTimeout: `${OPEN_MS}ms` };
export const retry = () => RetryOnTransient({ maxAttempts: ATTEMPTS, minWait: '0ms', maxWait: '0ms' });
/** A call that no other one shares. */
const alone = () => Coalesced({ key: (question) => question });
const roomy = () => RateLimited({ limit: 1_000_000_000, per: '1s' });
export const circuit = (options) => CircuitProtected({ ...CIRCUIT, ...options });

/** Decorators of one method, outermost first: made anew for each, as each use of a decorator is. */
export const STACKS = {
  '@RetryOnTransient': () => [retry()],
  '@CircuitProtected': () => [circuit()],
  '@RespectRateLimit': () => [RespectRateLimit()],
  '@ConcurrencyLimited': () => [ConcurrencyLimited({ limit: 10 })],
  '@RateLimited': () => [roomy()],
  '@Coalesced': () => [alone()],
  '@TimeLimited': () => [TimeLimited('10s')],
  '@Hedged': () => [Hedged({ after: '1s' })],
  'both decorators': () => [circuit({ fallback: () => FALLBACK }), retry()],
  'both, a circuit per key': () => [circuit({ key: (question) => question }), retry()],
  'both, with a failure rate': () => [circuit({ failureRate: 0.5, window: '10s' }), retry()],
  'both, with a window of calls': () => [circuit({ failureRate: 0.5, window: 100 }), retry()],
  'both, with slow calls': () => [circuit({ slowCall: '1s', slowCallRate: 0.5, window: '10s' }), retry()],
  'both and @RespectRateLimit': () => [circuit(), retry(), RespectRateLimit()],
  'both and @Coalesced': () => [circuit(), alone(), retry()],
  'both and @RateLimited': () => [circuit(), retry(), roomy()],
  'both and @ConcurrencyLimited': () => [circuit(), retry(), ConcurrencyLimited({ limit: 10 })],
  'both and an adaptive limit': () => [circuit(), retry(), ConcurrencyLimited({ limit: 'adaptive' })],
  'both and @Hedged': () => [circuit(), retry(), Hedged({ after: '1s' })],
  'both under @TimeLimited': () => [TimeLimited('10s'), circuit(), retry()],
  'both over @TimeLimited': () => [circuit(), retry(), TimeLimited('10s')],
};

/** One decorator more each time, innermost last. */
export const GROWING = [
  () => [circuit()],
  () => [circuit(), retry()],
  () => [circuit(), retry(), RespectRateLimit()],
  () => [circuit(), retry(), RespectRateLimit(), Hedged({ after: '1s' })],
  () => [circuit(), retry(), RespectRateLimit(), Hedged({ after: '1s' }), ConcurrencyLimited({ limit: 10 })],
  () => [
    ...[circuit(), retry(), RespectRateLimit(), Hedged({ after: '1s' }), ConcurrencyLimited({ limit: 10 })],
    TimeLimited('10s'),
  ],
  () => [
    ...[TimeLimited('60s'), circuit(), retry(), RespectRateLimit(), Hedged({ after: '1s' })],
    ...[ConcurrencyLimited({ limit: 10 }), TimeLimited('10s')],
  ],
];

/** An object whose method `ask` is decorated, outermost first. */
export function decorated(request, decorators) {
  class Service {}
  Object.defineProperty(Service.prototype, 'ask', { value: request, configurable: true, writable: true });
  decorate(Service.prototype, 'ask', decorators);
  return new Service();
}

export const holdfast = {
  name: 'holdfast, both decorators',
  peers: [],
  protect: async (request) => {
    const service = decorated(request, STACKS['both decorators']());
    return (question) => service.ask(question);
  },
};

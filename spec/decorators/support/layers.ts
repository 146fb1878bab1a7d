import {
  CircuitProtected,
  ConcurrencyLimited,
  type Duration,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';
import {
  circuitProtected,
  concurrencyLimited,
  hedged,
  type Model,
  respectRateLimit,
  retryOnTransient,
  timeLimited,
} from './model.js';
import type { Terms } from './scene.js';

/** A decorator as each of the three spellings calls it. */
export type AnyDecorator = (...args: never[]) => unknown;

/** A decorator in its place: how it is written, and what it promises. */
export interface Layer {
  readonly name: string;
  /** What it is called in a test's name, where its name alone does not tell. */
  readonly title: string;
  readonly decorator: (terms: Terms, circuit: string) => AnyDecorator;
  readonly model: Model;
}

const ms = (n: number): Duration => `${n}ms`;

/** Every decorator, outermost first. A new one joins every combination by its entry here. */
export const LAYERS: readonly Layer[] = [
  {
    name: 'TimeLimited',
    title: 'TimeLimited(call)',
    decorator: ({ callMs }) => TimeLimited(ms(callMs)),
    model: timeLimited('call'),
  },
  {
    name: 'CircuitProtected',
    title: 'CircuitProtected',
    decorator: ({ fallback }, circuit) =>
      CircuitProtected({
        ...{ circuit, failureThreshold: 1, fallbackOn: 'failure' as const },
        ...(fallback && { fallback: 'fallback' }),
      }),
    model: circuitProtected,
  },
  {
    name: 'TimeLimited',
    title: 'TimeLimited(attempts)',
    decorator: ({ attemptsMs }) => TimeLimited(ms(attemptsMs)),
    model: timeLimited('attempts'),
  },
  {
    name: 'RetryOnTransient',
    title: 'RetryOnTransient',
    decorator: ({ retry: { maxAttempts, minWaitMs, maxWaitMs } }) =>
      RetryOnTransient({ maxAttempts, minWait: ms(minWaitMs), maxWait: ms(maxWaitMs), jitter: 'none' }),
    model: retryOnTransient,
  },
  {
    name: 'RespectRateLimit',
    title: 'RespectRateLimit',
    decorator: ({ rateLimit: { maxAttempts, minWaitMs, maxWaitMs } }) =>
      RespectRateLimit({ maxAttempts, minWait: ms(minWaitMs), maxWait: ms(maxWaitMs) }),
    model: respectRateLimit,
  },
  {
    name: 'Hedged',
    title: 'Hedged',
    // What it does when it acts is told by its own spec.
    decorator: () => Hedged({ after: '1h' }),
    model: hedged,
  },
  {
    name: 'ConcurrencyLimited',
    title: 'ConcurrencyLimited',
    decorator: ({ maxQueueWaitMs }) => ConcurrencyLimited({ limit: 1, queue: 1, maxQueueWait: ms(maxQueueWaitMs) }),
    model: concurrencyLimited,
  },
  {
    name: 'TimeLimited',
    title: 'TimeLimited(attempt)',
    decorator: ({ attemptMs }) => TimeLimited(ms(attemptMs)),
    model: timeLimited('attempt'),
  },
];

/**
 * All stacks that can be written: each decorator is there or not. A time limit that stands alone limits the call, and
 * one that stands below the circuit and above nothing limits each attempt.
 */
export const STACKS: readonly (readonly Layer[])[] = LAYERS.reduce<Layer[][]>(
  (stacks, layer) => [...stacks, ...stacks.map((stack) => [...stack, layer])],
  [[]],
).filter((stack) => stack.length > 0 && !isInnerAlone(stack) && !isTwice(stack) && !isOfAttemptsInVain(stack));

export const titleOf = (stack: readonly Layer[]): string => stack.map(({ title }) => title).join(' › ');

function isInnerAlone(stack: readonly Layer[]): boolean {
  return stack.length === 1 && stack[0] === LAYERS.at(-1);
}

function isTwice(stack: readonly Layer[]): boolean {
  return stack.some((layer, i) => layer.name === stack[i + 1]?.name);
}

/** A limit of all attempts that is not right below a circuit, or above nothing. */
function isOfAttemptsInVain(stack: readonly Layer[]): boolean {
  const at = stack.findIndex(({ title }) => title === 'TimeLimited(attempts)');
  return at >= 0 && (stack[at - 1]?.name !== 'CircuitProtected' || at === stack.length - 1);
}

/** A whole stack in the place of one decorator, in whichever spelling it is called. */
export function stacked(decorators: readonly AnyDecorator[]) {
  return (...[first, second, third]: unknown[]): void => {
    type Applied = (...args: unknown[]) => unknown;
    const apply = (decorated: unknown, decorator: AnyDecorator): unknown =>
      typeof second === 'object'
        ? (decorator as Applied)(decorated, second)
        : (decorator as Applied)(first, second, decorated);
    return decorators.reduceRight(apply, typeof second === 'object' ? first : third) as void;
  };
}

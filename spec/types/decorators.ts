// What must compile and what must not, in both dialects: this file is compiled, never run.
import {
  CircuitProtected,
  ConcurrencyLimited,
  currentSignal,
  type Duration,
  Hedged,
  RespectRateLimit,
  RetryOnTransient,
  TimeLimited,
} from '#lib/index.js';

const fallback = (): string => 'sorry';

export class Accepted {
  readonly #secret = 'x';

  @CircuitProtected({ fallback })
  @RetryOnTransient()
  @RespectRateLimit({ maxWait: '1m', maxAttempts: 3, minWait: '1s', gate: 'text' })
  async text(question: string): Promise<string> {
    return question + this.#secret;
  }

  @CircuitProtected()
  @RetryOnTransient({ maxAttempts: 5, minWait: '200ms', maxWait: '1.5s', jitter: 'none' })
  async generic<T extends object>(value: T): Promise<T> {
    return value;
  }

  @CircuitProtected('name')
  static async ofClass(): Promise<number> {
    return 1;
  }

  @RetryOnTransient()
  protected async hidden(): Promise<void> {}

  @RetryOnTransient()
  private async secret(): Promise<void> {}

  useSecret(): Promise<void> {
    return this.secret();
  }

  @CircuitProtected({ fallback: 'one chunk' })
  @RetryOnTransient()
  @RespectRateLimit()
  async *stream(): AsyncGenerator<string> {
    yield 'a';
  }

  @CircuitProtected({ fallback })
  async *typedStream(): AsyncGenerator<string, number, boolean> {
    return (yield 'a') ? 1 : 2;
  }

  overloaded(value: string): Promise<string>;
  overloaded(value: number): Promise<number>;
  @CircuitProtected()
  @RetryOnTransient()
  async overloaded(value: string | number): Promise<string | number> {
    return value;
  }

  @RetryOnTransient()
  promised(): Promise<string> {
    return Promise.resolve('x');
  }

  @CircuitProtected({ fallback: null })
  async nullable(): Promise<string | null> {
    return null;
  }

  @CircuitProtected({ fallback: async () => 'later' })
  async asynchronous(): Promise<string> {
    return 'now';
  }

  @CircuitProtected({
    fallback(this: Accepted, error: unknown, question: string) {
      return `${this.constructor.name} ${String(error)} ${question}`;
    },
  })
  async withThis(question: string): Promise<string> {
    return question;
  }

  @CircuitProtected({ fallback })
  @RetryOnTransient()
  @ConcurrencyLimited({ limit: 10, queue: 50, maxQueueWait: '5s' })
  async limited(question: string): Promise<string> {
    return question;
  }

  @ConcurrencyLimited({ limit: 'adaptive' })
  static async *limitedStream(): AsyncGenerator<number> {
    yield 1;
  }

  @RetryOnTransient()
  @RespectRateLimit()
  @Hedged({ after: '200ms', maxHedges: 2 })
  @ConcurrencyLimited({ limit: 10 })
  @TimeLimited('5s')
  async hedged<T>(value: T): Promise<T> {
    return value;
  }

  @Hedged({ after: 'p99.9' })
  static async *hedgedStream(): AsyncGenerator<number> {
    yield 1;
  }

  @CircuitProtected({ key: (model: string) => model, maxKeys: 5 })
  async keyed(model: string): Promise<string> {
    return model;
  }

  @RetryOnTransient({
    retryOn: (failure, error) => failure.transient && error instanceof Error,
    retryOnResult: (value: string) => value === 'pending',
    backoff: (retry, random) => retry * 100 * random(),
    signal: (_question: string, options: { stop: AbortSignal }) => options.stop,
  })
  async everyOption(question: string, _options: { stop: AbortSignal }): Promise<string> {
    return question;
  }
}

export class NewOptions {
  @TimeLimited({ limit: '20s', name: 'NewOptions.ask' })
  @CircuitProtected({
    failureThreshold: 'off',
    failureRate: 0.5,
    probes: 5,
    probeSuccess: 0.6,
    fleet: 'watch',
    fallback,
    fallbackOn: ['timeout', 'rate-limited'],
    classify: (error) => (error instanceof RangeError ? 'server' : undefined),
  })
  @RetryOnTransient({ signal: (question: string) => AbortSignal.timeout(question.length) })
  @RespectRateLimit({ maxGate: '10m' })
  @ConcurrencyLimited({ limit: 'adaptive', min: 2, max: 50, initial: 10, release: 'settled', bulkhead: 'all' })
  async ask(question: string): Promise<string> {
    return question;
  }

  @CircuitProtected({ fallback, fallbackOn: ({ kind }, error) => kind === 'server' && error instanceof Error })
  async decided(question: string): Promise<string> {
    return question;
  }
}

// @ts-expect-error a switch is a setting
RetryOnTransient({ enabled: false });
// @ts-expect-error a caller who cancelled gets no answer
CircuitProtected({ fallbackOn: ['cancelled'] });
// @ts-expect-error an unknown kind
CircuitProtected({ classify: () => 'soon' });
// @ts-expect-error a name that is none
RetryOnTransient({ name: 5 });

export class Limited {
  @TimeLimited('20s')
  @RetryOnTransient()
  @TimeLimited({ limit: '5s', signal: (_question: string, options: { stop: AbortSignal }) => options.stop })
  async ask<T>(_question: string, _options: { stop: AbortSignal }, value: T): Promise<T> {
    return value;
  }

  @TimeLimited({ firstChunk: '30s', betweenChunks: '500ms' })
  async *stream(): AsyncGenerator<AbortSignal | undefined> {
    yield currentSignal();
  }

  // @ts-expect-error a synchronous method
  @TimeLimited('20s')
  synchronous(): string {
    return 'x';
  }
}

// @ts-expect-error a limit has to be given
TimeLimited();
// @ts-expect-error a bare number is no duration
TimeLimited(20);
// @ts-expect-error an unknown option
TimeLimited({ limit: '20s', attempts: 3 });
// @ts-expect-error a signal that is none
TimeLimited({ limit: '20s', signal: () => 'x' });
// @ts-expect-error it may be undefined
export const always: AbortSignal = currentSignal();

export class Refused {
  // @ts-expect-error a synchronous method
  @RetryOnTransient()
  synchronous(): string {
    return 'x';
  }

  // @ts-expect-error a method that returns nothing
  @CircuitProtected()
  nothing(): void {}

  // @ts-expect-error a synchronous generator
  @RetryOnTransient()
  *generator(): Generator<number> {
    yield 1;
  }

  // @ts-expect-error a synchronous method
  @ConcurrencyLimited({ limit: 1 })
  atOnce(): number {
    return 1;
  }

  // @ts-expect-error a synchronous method
  @Hedged({ after: 'p95' })
  neverTwice(): number {
    return 1;
  }

  // @ts-expect-error a getter
  @RetryOnTransient()
  get getter(): Promise<string> {
    return Promise.resolve('x');
  }

  // @ts-expect-error a setter
  @RetryOnTransient()
  set setter(_value: string) {}

  // @ts-expect-error a field
  @RetryOnTransient()
  field = async (): Promise<void> => {};

  // @ts-expect-error a fallback of another type
  @CircuitProtected({ fallback })
  async number(): Promise<number> {
    return 1;
  }

  // @ts-expect-error a fallback of another type than the chunks
  @CircuitProtected({ fallback: 5 })
  async *stream(): AsyncGenerator<string> {
    yield 'a';
  }

  // @ts-expect-error a fallback that may answer with something else
  @CircuitProtected({ fallback: () => null as string | null })
  async text(): Promise<string> {
    return 'x';
  }
}

// @ts-expect-error a class
@RetryOnTransient()
export class Decorated {}

// @ts-expect-error a bare number is no duration
RetryOnTransient({ minWait: 200 });
// @ts-expect-error nor is a number without a unit
RetryOnTransient({ minWait: '200' });
// @ts-expect-error nor is an unknown unit
CircuitProtected({ recoveryTimeout: '2 weeks' });
// @ts-expect-error an unknown option
RetryOnTransient({ attempts: 3 });
// @ts-expect-error an unknown jitter
RetryOnTransient({ jitter: 'equal' });
// @ts-expect-error a bulkhead without a limit
ConcurrencyLimited();
// @ts-expect-error nor here
ConcurrencyLimited({ queue: 5 });
// @ts-expect-error an unknown word for a limit
ConcurrencyLimited({ limit: 'auto' });
// @ts-expect-error a hedge without a time
Hedged();
// @ts-expect-error nor here
Hedged({ maxHedges: 2 });
// @ts-expect-error a bare number is neither a duration nor a percentile
Hedged({ after: 95 });
// @ts-expect-error a percentile that is none
Hedged({ after: 'p' });
// @ts-expect-error a share in another spelling
Hedged({ after: '95%' });
// @ts-expect-error a key that is no string
CircuitProtected({ key: () => 5 });

// Plain functions keep their type.
const asking = RetryOnTransient()(async (question: string, times = 1): Promise<number> => question.length * times);
export const answered: Promise<number> = asking('x', 2);
export const protectedAsking: (question: string) => Promise<string> = CircuitProtected({ fallback })(
  async (question: string) => question,
);
export const streaming: AsyncGenerator<number> = CircuitProtected()(
  RetryOnTransient()(async function* () {
    yield 1;
  }),
)();
// @ts-expect-error the arguments are those of the function
asking(5);
// @ts-expect-error a synchronous function
RetryOnTransient()((question: string) => question);
// @ts-expect-error a fallback of another type
CircuitProtected({ fallback })(async () => 5);

/** The decorated method keeps its signature, generics and overloads. */
export async function keeps(accepted: Accepted): Promise<void> {
  const text: string = await accepted.overloaded('x');
  const number: number = await accepted.overloaded(1);
  const same: { a: 1 } = await accepted.generic({ a: 1 });
  const chunk: IteratorResult<string, number> = await accepted.typedStream().next(true);
  // @ts-expect-error a number is asked for a string
  await accepted.text(number);
  void [text, same, chunk];
}

export const duration: Duration = '1.5s';

/** An error as an HTTP client throws it. */
export function httpError(status: number, extra: object = {}): Error {
  return Object.assign(new Error(`secret of status ${status}`), { status, ...extra });
}

export const unavailable = (): Error => httpError(503);
export const rejection = (): Error => httpError(400);

/** What an upstream does next: answer with a value, or throw. */
export type Step = { readonly answer: unknown } | { readonly error: unknown };

export const succeed = (answer: unknown = 'answer'): Step => ({ answer });
export const fail = (error: unknown = unavailable()): Step => ({ error });

/** An upstream that does as it is told, step by step, and counts. After the last step it repeats it. */
export class Upstream {
  calls = 0;
  readonly #steps: Step[];

  constructor(...steps: Step[]) {
    this.#steps = steps;
  }

  readonly ask = async (..._args: unknown[]): Promise<unknown> => {
    const step = this.#steps[Math.min(this.calls, this.#steps.length - 1)] ?? succeed();
    this.calls += 1;
    if ('error' in step) throw step.error;
    return step.answer;
  };
}

/** What a promise came to, so that a spec can look at it later and nothing goes unhandled. */
export interface Settled {
  readonly done: boolean;
  readonly value?: unknown;
  readonly error?: unknown;
}

export function watch(promise: Promise<unknown>): { settled: Settled } {
  const watched: { settled: Settled } = { settled: { done: false } };
  promise.then(
    (value) => {
      watched.settled = { done: true, value };
    },
    (error: unknown) => {
      watched.settled = { done: true, error };
    },
  );
  return watched;
}

/** The error a promise is rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}

/** A promise that is settled by hand. */
export function deferred<T = unknown>(): {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { promise, resolve, reject };
}

/** Lets everything run that waits for nothing but its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

let named = 0;
/** A name that no other test uses, so that no circuit is shared by accident. */
export const uniqueName = (): string => `circuit-${++named}-${Math.random().toString(36).slice(2, 8)}`;

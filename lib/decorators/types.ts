/** A method that policies can stand around: one that returns a promise, or an `async *` one. */
export type ResilientMethod =
  // oxlint-disable-next-line typescript/no-explicit-any -- what a generator is sent is the method's own affair
  (...args: never[]) => Promise<unknown> | AsyncGenerator<unknown, unknown, any>;

/** What the method answers with: what its promise resolves to, or one chunk of its stream. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
type ResultOf<M> = M extends (...args: never[]) => AsyncGenerator<infer Chunk, unknown, any>
  ? Chunk
  : M extends (...args: never[]) => Promise<infer Result>
    ? Result
    : never;

/** What no method is: the compiler names this type where it refuses a fallback. */
interface FallbackMustAnswerWith<Result, Instead> {
  readonly 'a fallback must answer with': Result;
  readonly 'instead of': Instead;
}

interface InsteadOf<Fallback> {
  readonly 'the fallback answers with': Fallback;
}

/** `M` itself where a fallback that answers with `R` fits it. */
type Fits<M, R> = [R] extends [ResultOf<M>] ? M : FallbackMustAnswerWith<ResultOf<M>, InsteadOf<R>>;

/**
 * One policy for all three spellings: a standard decorator, a legacy decorator (`experimentalDecorators`) and a plain
 * function. `R` is what a fallback answers with; without a fallback it is `never`.
 */
export interface PolicyDecorator<R = never> {
  // oxlint-disable-next-line typescript/no-explicit-any -- a decorator stands on methods of any class
  <M extends ResilientMethod>(method: Fits<M, R> & M, context: ClassMethodDecoratorContext<any, any>): void;
  // The second parameter keeps the compiler from taking this spelling for a getter, with its context left out.
  <M extends ResilientMethod>(fn: Fits<M, R> & M, context?: undefined): M;
  // Last, as the compiler explains the last spelling that takes as many arguments.
  <M extends ResilientMethod>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Fits<M, R> & M>,
  ): void;
}

// oxlint-disable-next-line typescript/no-explicit-any -- any function, whatever it is called on and with
export type AnyFunction = (this: any, ...args: any[]) => any;

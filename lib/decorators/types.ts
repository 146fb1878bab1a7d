/** A method that can be decorated: it returns a promise, or is `async *`. */
export type ResilientMethod =
  // oxlint-disable-next-line typescript/no-explicit-any -- a generator may be sent any value
  (...args: never[]) => Promise<unknown> | AsyncGenerator<unknown, unknown, any>;

/** The result of a method: the value of its promise, or one chunk of its stream. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
type ResultOf<M> = M extends (...args: never[]) => AsyncGenerator<infer Chunk, unknown, any>
  ? Chunk
  : M extends (...args: never[]) => Promise<infer Result>
    ? Result
    : never;

/** No method has this type: the compiler shows its name in the error for a wrong fallback. */
interface FallbackMustAnswerWith<Result, Instead> {
  readonly 'a fallback must answer with': Result;
  readonly 'instead of': Instead;
}

interface InsteadOf<Fallback> {
  readonly 'the fallback answers with': Fallback;
}

/** `M` if a fallback that answers with `R` fits it; else a type that no method has. */
type Fits<M, R> = [R] extends [ResultOf<M>] ? M : FallbackMustAnswerWith<ResultOf<M>, InsteadOf<R>>;

/**
 * A policy that can be used in three ways: as a standard decorator, as a legacy decorator (`experimentalDecorators`)
 * and on a plain function. `R` is the type of the fallback's answer; `never` without a fallback.
 */
export interface PolicyDecorator<R = never> {
  // oxlint-disable-next-line typescript/no-explicit-any -- a decorator decorates methods of any class
  <M extends ResilientMethod>(method: Fits<M, R> & M, context: ClassMethodDecoratorContext<any, any>): void;
  // Without the second parameter, the compiler would use this overload for a getter, without its context.
  <M extends ResilientMethod>(fn: Fits<M, R> & M, context?: undefined): M;
  // Last, because the compiler's error explains the last overload with this number of arguments.
  <M extends ResilientMethod>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Fits<M, R> & M>,
  ): void;
}

// oxlint-disable-next-line typescript/no-explicit-any -- any function, with any `this` and arguments
export type AnyFunction = (this: any, ...args: any[]) => any;

import { handle, handleStream, inScope } from '../call/entry.js';
import { opens } from '../call/opener.js';
import { pipeline } from '../call/pipeline.js';
import type { Next, Policy, Stream } from '../call/policy.js';
import { RetryBudget } from '../call/retry-budget.js';
import { type CallStats, count } from '../call/stats.js';
import type { MethodContext } from '../call/method-context.js';
import type { DecorationError } from '../core/errors.js';
import type { Channel } from '../core/channel.js';
import type { EventType } from '../core/events.js';
import { factsOf } from '../core/failure.js';
import { classify } from '../failures/classify.js';
import { discard } from '../failures/discard.js';
import { read } from '../failures/reading.js';
import { failureUnknown } from '../failures/unknown.js';
import { type CheckedMethod, registerMethod } from '../runtime/checked-methods.js';
import { disturb, disturbStream } from '../policies/chaos/chaos.js';
import type { ChaosRules } from '../policies/chaos/rules.js';
import { type CountedDecorators, type CountedMethod, enlistCounters } from '../runtime/counted.js';
import { classifierOf } from '../runtime/hook.js';
import { currentSettings, runtime } from '../runtime/runtime.js';
import type { Layers } from '../settings/layers.js';
import { signalFinderOf } from './callers-signal.js';
import { hooksOf } from './hooks.js';
import { bindAll, contradictionsOf, countedDecorators } from './bind.js';
import { chaosOf } from './chaos.js';
import { type Decorated, type Decoration, type Owned, type PolicyName, remember } from './decoration.js';
import { isObject, labelOf } from './label.js';
import type { DecoratedTarget } from './target.js';
import { noPromise } from './no-promise.js';
import { isAsync, isStream } from './synchronous.js';
import type { AnyFunction } from './types.js';

type Run = (self: unknown, args: readonly unknown[]) => unknown;

/** The differences between a method that returns a promise and an `async *` method. */
interface Shape {
  readonly isStream: boolean;
  /** Calls the method without policies. */
  readonly direct: Run;
  readonly policed: (policies: readonly Policy[], context: MethodContext, chaos: ChaosRules | undefined) => Run;
  /** The result of a call while settings are wrong. */
  readonly refuse: (refusal: unknown) => unknown;
}

/** The function that replaces the decorated one. */
export function wrap(
  target: DecoratedTarget,
  { body, stack, beneath, stats }: Omit<Decorated, 'wrapper'>,
): AnyFunction {
  const owned = own(stats);
  const shape = shapeOf(body, target);
  // `run` was made for this version of the configuration.
  let run: Run = shape.direct;
  let version = 0;
  let checked: Checked | undefined;
  let counted: CountedMethod | undefined;

  const { method: wrapper } = {
    // A shorthand method cannot be called with `new`, like the decorated method itself.
    method(this: unknown, ...args: unknown[]): unknown {
      if (version !== runtime.version) {
        try {
          prepare(this);
        } catch (refusal) {
          countRefusal(refusal);
          return shape.refuse(refusal);
        }
      }
      return run(this, args);
    },
  };
  Object.defineProperty(wrapper, 'name', { value: target.own, configurable: true });
  Object.defineProperty(wrapper, 'length', { value: body.length, configurable: true });
  remember({ wrapper, body, stack, beneath, stats }, target.fn);
  return wrapper;

  function prepare(self: unknown): void {
    const method = target.isMethod ? labelOf(wrapper, self) : target.name;
    if (!counted) enlistCounters((counted = { method, stats, budget: owned.budget, decorators }));
    counted.method = method;
    const { enabled } = currentSettings().resilience;
    // Also while holdfast is disabled: the settings that enable it again must fit the method.
    if (!checked) registerMethod((checked = new Checked(stack)));
    checked.works = false;
    checked.method = method;
    run = enabled ? policed(method, self) : shape.direct;
    checked.works = true;
    // Without an object, the class is unknown. So the next call prepares again.
    version = target.isMethod && !isObject(self) ? 0 : runtime.version;
  }

  function decorators(): CountedDecorators {
    return countedDecorators(stack, (counted as CountedMethod).method);
  }

  /** Counts and emits a call that failed because settings are wrong. */
  function countRefusal(refusal: unknown): void {
    const { clock, telemetry } = runtime;
    const { kind, ...facts } = factsOf(classify(refusal, clock.now()));
    stats.started += 1;
    count(stats.failed, kind);
    const { method } = counted as CountedMethod;
    const emit = telemetry.channel('call_failed', method).audience(clock.now());
    emit?.({ type: 'call_failed', method, attempts: 0, kind, ...facts });
  }

  function policed(method: string, self: unknown): Run {
    const { clock, random, telemetry, instantRetries, hooks } = runtime;
    const context: MethodContext = {
      method,
      isStream: shape.isStream,
      clock,
      random,
      instantRetries,
      onAttemptFailed: [],
      budget: owned.budget,
      stats: owned.stats,
      isTimed: runtime.durationReaders > 0 && !stats.isBeneath,
      watching: stats.isBeneath ? undefined : runtime.watching,
      channel: (type: EventType, circuit?: string): Channel => telemetry.channel(type, method, circuit),
      signalOf: signalFinderOf(stack, method),
      classify: classifierOf([...hooksOf(stack, method), ...hooks]),
      discard,
      unknownFailure: (circuit, error, failure) =>
        failureUnknown({ method, ...(circuit !== undefined && { circuit }) }, error, failure),
    };
    return shape.policed(bindAll(stack, context, owned, self), context, chaosOf(stack, context, owned));
  }
}

class Checked implements CheckedMethod {
  works = false;
  method = '';

  constructor(readonly stack: readonly Decoration[]) {}

  contradictions(candidate: Layers): readonly string[] {
    return contradictionsOf(this.stack, this.method, candidate);
  }
}

function shapeOf(body: AnyFunction, target: DecoratedTarget): Shape {
  if (isStream(body)) return streamShape(body);
  return isAsync(body) ? promiseShape(body) : looseShape(body, target);
}

function own(stats: CallStats): Owned {
  const kept = new Map<PolicyName, unknown>();
  return {
    budget: new RetryBudget(),
    stats,
    once<T>(policy: PolicyName, make: () => T): T {
      if (!kept.has(policy)) kept.set(policy, make());
      return kept.get(policy) as T;
    },
  };
}

/** The method within its policies. Chaos is innermost. */
function around(
  policies: readonly Policy[],
  method: Next,
  context: MethodContext,
  chaos: ChaosRules | undefined,
): Next {
  if (!chaos) return pipeline(policies, inScope(method, context), context);
  return pipeline(policies, inScope(disturb(method, chaos, context), context), context, true);
}

function promiseShape(body: AnyFunction): Shape {
  const next: Next = (self, args) => body.apply(self, args as unknown[]);
  return {
    isStream: false,
    direct: next,
    policed: (policies, context, chaos) => handle(around(policies, next, context, chaos), context),
    refuse: (refusal) => Promise.reject(refusal),
  };
}

/** For a function that is not declared async: it may throw synchronously, or return anything. */
function looseShape(body: AnyFunction, target: DecoratedTarget): Shape {
  let misuse: DecorationError | undefined;
  const next: Next = async (self, args) => {
    const result: unknown = body.apply(self, args as unknown[]);
    if (typeof read(result, 'then') === 'function') return result;
    misuse = noPromise(result, body, target);
    throw misuse;
  };
  return {
    isStream: false,
    direct: (self, args) => body.apply(self, args as unknown[]),
    policed: (policies, context, chaos) => {
      const run = handle(around(policies, next, context, chaos), context);
      return (self, args) => {
        // The method may call itself.
        const outer = misuse;
        misuse = undefined;
        const promise = run(self, args);
        const own: DecorationError | undefined = misuse;
        misuse = outer;
        if (!own) return promise;
        // Thrown synchronously: a caller that expects a synchronous method would miss a rejection.
        promise.catch(() => undefined);
        throw own;
      };
    },
    refuse: (refusal) => Promise.reject(refusal),
  };
}

function streamShape(body: AnyFunction): Shape {
  const direct = (self: unknown, args: readonly unknown[]): Stream => body.apply(self, args as unknown[]);
  return {
    isStream: true,
    direct,
    policed: (policies, context, chaos) => {
      const read = chaos ? disturbStream(direct, chaos, context) : direct;
      return handleStream(pipeline(policies, opens(read, context), context, true), context);
    },
    refuse: refusingStream,
  };
}

// oxlint-disable-next-line require-yield -- it throws before it could yield
async function* refusingStream(refusal: unknown): Stream {
  throw refusal;
}

import { CallStats } from '../call/stats.js';
import { DecorationError } from '../core/errors.js';
import { checkFields, hasEntries, type Problems, textsOf } from '../settings/check.js';
import {
  type Decorated,
  type Decoration,
  type Decorator,
  decoratedOf,
  givenNames,
  type Options,
} from './decoration.js';
import { getMetadata, loadMetadata } from './metadata.js';
import { wrap } from './method.js';
import { refuseWrongOrder } from './order.js';
import { type DecoratorArguments, type DecoratedTarget, targetOf } from './target.js';
import { isGenerator, isStream, isSynchronous } from './synchronous.js';
import type { PolicyDecorator } from './types.js';

/**
 * Makes the decorator that users apply: one function for legacy decorators, standard decorators and plain functions.
 */
export function decorate<R>(decorator: Decorator, [given = {}, ...rest]: readonly unknown[]): PolicyDecorator<R> {
  loadMetadata();
  if (typeof given === 'function' || rest.length > 0) throw withoutParentheses(decorator, [given, ...rest]);
  // A copy, because the caller may change the object later. `checkOptions` rejects anything that holds no options.
  const copied = hasEntries(given) ? { ...given } : given;
  const apply = (...args: DecoratorArguments): unknown => {
    const target = targetOf(decorator.policy, args);
    refuseSynchronous(decorator, target, args);
    refuseStream(decorator, target);
    const decoration = { decorator, options: checkOptions(decorator, copied, target) };
    const decorated = around(decoration, target);
    const wrapper = wrap(namedTarget(target, decorated.stack), decorated);
    const [, , descriptor] = args;
    return typeof descriptor === 'object' ? { ...descriptor, value: wrapper } : wrapper;
  };
  return apply as PolicyDecorator<R>;
}

/** Adds a decoration to those that the method already has: one wrapper runs the whole stack. */
function around(decoration: Decoration, target: DecoratedTarget): Omit<Decorated, 'wrapper'> {
  const { fn } = target;
  const inner = decoratedOf(fn);
  // If another library's wrapper is in between, it must be called.
  const isOurs = inner?.wrapper === fn;
  const beneath = isOurs ? inner.beneath : [...(inner?.stack ?? []), ...(inner?.beneath ?? [])];
  const stack = [decoration, ...(isOurs ? inner.stack : [])];
  const stats = new CallStats();
  stats.isBeneath = stack.some(({ decorator }) => decorator.isStep);
  // Only one of the two wrappers counts a call: otherwise each call would count twice.
  if (inner && !isOurs) {
    inner.stats.isBeneath = true;
    stats.isOuter = true;
  } else if (inner) stats.isOuter = inner.stats.isOuter;
  refuseWrongOrder(
    [...stack, ...beneath].map(({ decorator }) => decorator.policy),
    target,
  );
  return { body: isOurs ? inner.body : fn, stack, beneath, stats };
}

/** Uses the option `name` of the decorators, if set, instead of `Class.method`. */
function namedTarget(target: DecoratedTarget, stack: readonly Decoration[]): DecoratedTarget {
  const [name, other] = givenNames(stack);
  if (name === undefined) return target;
  if (other !== undefined)
    throw new DecorationError([
      `${target.name}: expected one name for the method, got "${name}" and "${other}". Write the name in one decorator.`,
    ]);
  return { name, own: target.own, fn: target.fn, isMethod: false };
}

function checkOptions(decorator: Decorator, given: unknown, target: DecoratedTarget): Options {
  const problems: Problems = [];
  const options = checkFields(decorator.fields, given, [], 'code', problems);
  const texts = problems.length > 0 ? textsOf(problems) : decorator.contradictions(options);
  if (texts.length > 0) {
    const { name } = target;
    throw new DecorationError(texts.map((text) => `${name}: @${decorator.policy}() ${text}`));
  }
  return Object.freeze(options);
}

function refuseSynchronous({ policy }: Decorator, target: DecoratedTarget, [owner, key]: DecoratorArguments): void {
  if (decoratedOf(target.fn)) return;
  const noted =
    typeof key === 'string' || typeof key === 'symbol'
      ? getMetadata('design:returntype', owner as object, key)
      : undefined;
  if (!isSynchronous(target.fn, noted)) return;
  const { name, own } = target;
  const stream = isGenerator(target.fn) ? ' *' : '';
  throw new DecorationError([`${name}: @${policy}() stands on a synchronous method. Write: async${stream} ${own}(…)`]);
}

function refuseStream({ policy, noStreams }: Decorator, target: DecoratedTarget): void {
  if (noStreams === undefined || !isStream(decoratedOf(target.fn)?.body ?? target.fn)) return;
  const { name, own } = target;
  throw new DecorationError([`${name}: @${policy}() stands on async *${own}(…): ${noStreams}.`]);
}

/** The error for a decorator that is written without its parentheses. */
function withoutParentheses({ policy }: Decorator, args: readonly unknown[]): DecorationError {
  const { name, own, isMethod } = targetOf(policy, [...args] as DecoratorArguments);
  const right = isMethod ? `@${policy}()` : `${policy}()(${own || 'fn'})`;
  return new DecorationError([`${name}: ${policy} is written without its parentheses. Write: ${right}`]);
}

import { CallStats } from '../call/stats.js';
import { DecorationError } from '../core/errors.js';
import { checkFields, type Problems } from '../settings/check.js';
import { type Decorated, type Decoration, type Decorator, decoratedOf, type Options } from './decoration.js';
import { wrap } from './method.js';
import { refuseWrongOrder } from './order.js';
import { type DecoratorArguments, type Place, placeOf } from './place.js';
import { isSynchronous } from './synchronous.js';
import type { PolicyDecorator } from './types.js';

/** Makes what users write of a decorator and its options: one body for all three spellings. */
export function decorate<R>(decorator: Decorator, [given = {}, ...rest]: readonly unknown[]): PolicyDecorator<R> {
  if (typeof given === 'function' || rest.length > 0) throw withoutParentheses(decorator, [given, ...rest]);
  // What the caller does with the object from here on changes nothing. What is no object is refused below.
  const copied = typeof given === 'object' && given !== null && !Array.isArray(given) ? { ...given } : given;
  const apply = (...args: DecoratorArguments): unknown => {
    const place = placeOf(decorator.policy, args);
    refuseSynchronous(decorator, place, args);
    const decoration = { decorator, options: checkOptions(decorator, copied, place) };
    const wrapper = wrap(place, around(decoration, place));
    const [, , descriptor] = args;
    return typeof descriptor === 'object' ? { ...descriptor, value: wrapper } : wrapper;
  };
  return apply as PolicyDecorator<R>;
}

/** Joins the decorators that stand there already: the whole stack becomes one wrapper around the method. */
function around(decoration: Decoration, place: Place): Omit<Decorated, 'wrapper'> {
  const { fn } = place;
  const inner = decoratedOf(fn);
  // Another library's wrapper may stand in between, and has to be called.
  const isOurs = inner?.wrapper === fn;
  const beneath = isOurs ? inner.beneath : [...(inner?.stack ?? []), ...(inner?.beneath ?? [])];
  const stack = [decoration, ...(isOurs ? inner.stack : [])];
  const stats = new CallStats();
  // Each call would be counted twice.
  if (inner && !isOurs) {
    inner.stats.isBeneath = true;
    stats.isOuter = true;
  } else if (inner) stats.isOuter = inner.stats.isOuter;
  refuseWrongOrder(
    [...stack, ...beneath].map(({ decorator }) => decorator.policy),
    place,
  );
  return { body: isOurs ? inner.body : fn, stack, beneath, stats };
}

function checkOptions(decorator: Decorator, given: unknown, place: Place): Options {
  const problems: Problems = [];
  const options = checkFields(decorator.fields, given, '', 'code', problems);
  if (problems.length === 0) problems.push(...decorator.contradictions(options));
  if (problems.length > 0) {
    const { name } = place;
    throw new DecorationError(problems.map((problem) => `${name}: @${decorator.policy}() ${problem}`));
  }
  return Object.freeze(options);
}

function refuseSynchronous({ policy }: Decorator, place: Place, [target, key]: DecoratorArguments): void {
  if (decoratedOf(place.fn)) return;
  const noted =
    typeof key === 'string' || typeof key === 'symbol'
      ? Reflect.getMetadata('design:returntype', target as object, key)
      : undefined;
  if (!isSynchronous(place.fn, noted)) return;
  const { name, own } = place;
  throw new DecorationError([`${name}: @${policy}() stands on a synchronous method. Write: async ${own}(…)`]);
}

/** The decorator itself stands on something, in place of what it makes of its options. */
function withoutParentheses({ policy }: Decorator, args: readonly unknown[]): DecorationError {
  const { name, isMethod } = placeOf(policy, args as unknown as DecoratorArguments);
  const right = isMethod ? `@${policy}()` : `${policy}()(${name})`;
  return new DecorationError([`${name}: ${policy} is written without its parentheses. Write: ${right}`]);
}

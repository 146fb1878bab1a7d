import { DecorationError } from '../core/errors.js';
import { read } from '../failures/reading.js';
import { classBeingDefined } from './class-being-defined.js';
import { nameOfClass } from './class-name.js';
import type { AnyFunction } from './types.js';

/** The function or method that a decorator decorates. */
export interface DecoratedTarget {
  /** `Class.method`, or the function's name. If the class is unknown, only the method's name. */
  readonly name: string;
  /** The method's or function's own name. */
  readonly own: string;
  readonly fn: AnyFunction;
  readonly isMethod: boolean;
}

/** The arguments of a decorator on a plain function, of a standard decorator, and of a legacy decorator. */
export type DecoratorArguments =
  | [fn: unknown]
  | [fn: unknown, context: { readonly kind: string; readonly name: string | symbol }]
  | [target: object, key: string | symbol, descriptor?: PropertyDescriptor | number];

/**
 * Finds the function or method that a decorator decorates.
 * @throws {DecorationError} if it decorates anything else
 */
export function targetOf(decorator: string, args: DecoratorArguments): DecoratedTarget {
  const [first, second, third] = args;
  if (second === undefined) return plain(decorator, first);
  if (typeof second === 'object') return standard(decorator, first, second);
  return legacy(decorator, first as object, second, third);
}

function plain(decorator: string, fn: unknown): DecoratedTarget {
  if (typeof read(fn, 'then') === 'function')
    throw new DecorationError([`@${decorator}() stands on a promise. Write: ${decorator}()(fn), without calling fn.`]);
  // Next.js compiles them so unless the tsconfig asks for legacy decorators.
  if (read(fn, Symbol.toStringTag) === 'Descriptor')
    throw new DecorationError([
      `@${decorator}() was compiled in a dialect of 2018. Set "experimentalDecorators": true in tsconfig.json.`,
    ]);
  if (typeof fn !== 'function') throw wrong(decorator, 'what it was given', 'a function or a method');
  if (isClass(fn)) throw wrong(decorator, `the class ${nameOfClass(fn)}`, 'a method of it');
  return { name: fn.name || '(anonymous)', own: fn.name, fn: fn as AnyFunction, isMethod: false };
}

function standard(
  decorator: string,
  fn: unknown,
  { kind, name }: { kind: string; name: string | symbol },
): DecoratedTarget {
  const target = {
    // A getter, because the lookup is expensive and only error messages need it.
    get name() {
      const owner = classBeingDefined();
      return owner === undefined ? String(name) : `${owner}.${String(name)}`;
    },
    own: ownName(name),
    fn: fn as AnyFunction,
    isMethod: true,
  };
  if (kind === 'class') throw wrong(decorator, `the class ${String(name)}`, 'a method of it');
  if (kind !== 'method') throw wrong(decorator, `the ${kind} ${target.name}`, 'a method');
  return target;
}

function legacy(decorator: string, target: object, key: string | symbol, descriptor: unknown): DecoratedTarget {
  const owner = typeof target === 'function' ? target : target.constructor;
  const name = `${nameOfClass(owner)}.${String(key)}`;
  const described = typeof descriptor === 'object' ? (descriptor as PropertyDescriptor | null) : undefined;
  if (described?.get || described?.set) throw wrong(decorator, `the accessor ${name}`, 'a method');
  if (typeof descriptor === 'number') throw wrong(decorator, `a parameter of ${name}`, 'the method');
  if (typeof described?.value !== 'function') throw wrong(decorator, `the field ${name}`, 'a method');
  return { name, own: ownName(key), fn: described.value as AnyFunction, isMethod: true };
}

/** The name that JavaScript gives to a function with this property key. */
function ownName(key: string | symbol): string {
  return typeof key === 'symbol' ? (key.description === undefined ? '' : `[${key.description}]`) : String(key);
}

function isClass(fn: object): boolean {
  // A method may be named `class` too.
  return /^class\b(?!\s*\()/.test(Function.prototype.toString.call(fn));
}

function wrong(decorator: string, found: string, expected: string): DecorationError {
  return new DecorationError([
    `@${decorator}() stands on ${found}. Write it above ${expected} that is async or async *.`,
  ]);
}

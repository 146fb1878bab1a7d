import type { Policy } from '../call/policy.js';
import type { MethodContext } from '../call/method-context.js';
import { commonOptions } from '../core/common-options.js';
import { ConfigurationError } from '../core/errors.js';
import type { Fields, OptionsOf, ResolvedOf, ValueOf } from '../core/field.js';
import { groups } from '../settings/groups.js';
import type { Resolvable } from '../settings/resolve.js';
import { decorate } from './decorate.js';
import type { Decorator, Owned, PlaceInOrder, Position } from './decoration.js';
import type { PolicyDecorator } from './types.js';

type CommonOptions = OptionsOf<typeof commonOptions>;

/** Defines a policy: the options of its decorator, and how to make the policy from them. */
export interface PolicyDefinition<F extends Fields, S extends keyof F = never> {
  /** The name of the decorator: `RetryOnTransient`. */
  readonly name: string;
  /** The group of settings for its options, and for its switch `enabled`. */
  readonly group: string;
  /** The group of settings if the decorator is below others. Default: `group`. */
  readonly innerGroup?: string;
  /** The options. Settings can set only those with a default; code can set all. */
  readonly fields: F;
  /** The option that a plain string sets: `@CircuitProtected('name')`. */
  readonly shorthand?: S & string;
  /** Where the decorator may be in a stack. Not needed for holdfast's own policies. */
  readonly place?: PlaceInOrder;
  /** Why it cannot decorate an `async *` method, and what to write instead. Default: none (it can). */
  readonly noStreams?: string;
  /** Settings of other groups that replace the default of an option. */
  readonly defaults?: Resolvable['defaults'];
  /** Defaults that depend on other options. `isSet` is false for an option that neither code nor settings set. */
  derive?(options: ResolvedOf<F>, isSet: (option: keyof F) => boolean): Partial<ResolvedOf<F>>;
  /**
   * Messages about options that contradict each other: `key: expected …, got …`. Undefined options contradict nothing.
   */
  contradictions?(options: Partial<ResolvedOf<F>>): string[];
  /** Makes the policy of one method, once for each configuration. `self` is the object of the first call with it. */
  bind(
    options: ResolvedOf<F> & CommonOptions,
    context: MethodContext,
    own: Owned,
    position: Position,
    self: unknown,
  ): Policy | readonly Policy[];
}

type Given<F, S extends keyof F> = (OptionsOf<F> & CommonOptions) | ([S] extends [never] ? never : ValueOf<F[S]>);

/** Makes a decorator from its options: for legacy and standard decorators, and for plain functions. */
export type PolicyFactory<F extends Fields, S extends keyof F = never> = <R = never>(
  ...given: Partial<OptionsOf<F>> extends OptionsOf<F> ? [options?: Given<F, S>] : [options: Given<F, S>]
) => PolicyDecorator<R>;

/** The decorator of each factory. */
const decorators = new WeakMap<object, Decorator>();

/**
 * Makes the factory of a policy's decorator. Its options are a group of settings already: those of holdfast by themselves,
 * others by `registerPolicy`.
 */
export function definePolicy<const F extends Fields, S extends keyof F = never>(
  definition: PolicyDefinition<F, S>,
): PolicyFactory<F, S> {
  const { shorthand } = definition;
  const decorator = decoratorOf(definition);
  const factory = (...given: readonly unknown[]): PolicyDecorator<never> => {
    const [first, ...rest] = given;
    const isShort = shorthand !== undefined && typeof first === 'string';
    return decorate(decorator, given.length === 0 ? [] : [isShort ? { [shorthand]: first } : first, ...rest]);
  };
  decorators.set(factory, decorator);
  return factory as PolicyFactory<F, S>;
}

/**
 * The same decorator with other defaults: settings of other groups replace options that are not set. An option that
 * neither the decorator nor those settings set is null.
 * @param factory a decorator of holdfast, or one that `definePolicy` made
 * @param variant `isStep: true` if the method is one step of another decorated method, which counts the calls and emits
 * their outcome
 * @throws {ConfigurationError} for anything else
 */
export function variantOf(
  factory: object,
  { defaults, isStep = false }: Required<Pick<Resolvable, 'defaults'>> & { readonly isStep?: boolean },
): (options?: Readonly<Record<string, unknown>>) => PolicyDecorator {
  const base = decorators.get(factory);
  if (!base) throw new ConfigurationError(['variantOf: expected a decorator that definePolicy made']);
  const others = Object.values(defaults ?? {}).map(([other]) => other);
  // The settings are not known yet when the class is defined.
  const unset = Object.fromEntries(Object.keys(defaults ?? {}).map((option) => [option, null]));
  const variant: Decorator = {
    ...base,
    isStep,
    groups: (isInner) => [...base.groups(isInner), ...others],
    resolvable: (options, isInner) => ({ ...base.resolvable(options, isInner), defaults }),
    contradictions: (options) =>
      Object.keys(options).length === 0 ? [] : base.contradictions({ ...unset, ...options }),
  };
  return (...given) => decorate(variant, given);
}

function decoratorOf<F extends Fields>(definition: Omit<PolicyDefinition<F>, 'shorthand'>): Decorator {
  const { name, group, innerGroup = group, fields, noStreams, defaults, derive } = definition;
  const own = (isInner: boolean): string => (isInner ? innerGroup : group);
  const others = Object.values(defaults ?? {}).map(([other]) => other);
  return {
    policy: name,
    fields: { ...fields, ...commonOptions },
    noStreams,
    groups: (isInner) => [own(isInner), ...others],
    resolvable: (options, isInner) => ({
      group: own(isInner),
      options,
      defaults,
      derive: derive && ((values, isSet) => derive(values as ResolvedOf<F>, (option) => isSet(String(option)))),
    }),
    contradictions: (options) =>
      definition.contradictions?.(options as Partial<ResolvedOf<F>>) ??
      groups.get(group)?.contradictions(options) ??
      [],
    bind: (options, context, owned, position, self) =>
      definition.bind(options as ResolvedOf<F> & CommonOptions, context, owned, position, self),
  };
}

import type { Policy } from '../call/policy.js';
import type { Site } from '../call/site.js';
import { commonOptions } from '../core/common-options.js';
import { ConfigurationError } from '../core/errors.js';
import { type Fields, isData, type OptionsOf, type ResolvedOf, type ValueOf } from '../core/field.js';
import { COPY, groups, registerPolicyGroup } from '../settings/groups.js';
import type { Resolvable } from '../settings/resolve.js';
import { decorate } from './decorate.js';
import type { Decorator, Owned, Position } from './decoration.js';
import { type PlaceInOrder, placeInOrder } from './order.js';
import type { PolicyDecorator } from './types.js';

type CommonOptions = OptionsOf<typeof commonOptions>;

/** A policy: the options that its decorator takes, and how to make it of them. */
export interface PolicyDefinition<F extends Fields, S extends keyof F = never> {
  /** The name of the decorator: `RetryOnTransient`. */
  readonly name: string;
  /** The group of settings that holds its options, and its switch `enabled`. */
  readonly group: string;
  /** The group if the decorator stands below others. Default: `group`. */
  readonly innerGroup?: string;
  /** The options. Those with a default may come from settings, those without from code alone. */
  readonly fields: F;
  /** The option that a bare text means: `@CircuitProtected('name')`. */
  readonly shorthand?: S & string;
  /** Where the decorator may stand in a stack. Not needed for a policy of holdfast itself. */
  readonly place?: PlaceInOrder;
  /** Why it cannot stand on an `async *` method, and what to write instead. Default: it can. */
  readonly noStreams?: string;
  /** Settings of other groups that stand for the default of an option. */
  readonly defaults?: Resolvable['defaults'];
  /** Defaults that depend on other options. `isSet` is false for an option that nobody has set. */
  derive?(options: ResolvedOf<F>, isSet: (option: keyof F) => boolean): Partial<ResolvedOf<F>>;
  /** Options that contradict each other, as problems for people: `key: expected …, got …`. Undefined options contradict nothing. */
  contradictions?(options: Partial<ResolvedOf<F>>): string[];
  /** The policy of one method, once for each configuration. `self` is what the first call under it is made on. */
  bind(
    options: ResolvedOf<F> & CommonOptions,
    site: Site,
    own: Owned,
    position: Position,
    self: unknown,
  ): Policy | readonly Policy[];
}

type Given<F, S extends keyof F> = (OptionsOf<F> & CommonOptions) | ([S] extends [never] ? never : ValueOf<F[S]>);

/** Makes a decorator of its options: legacy, standard, or around a plain function. */
export type PolicyFactory<F extends Fields, S extends keyof F = never> = <R = never>(
  ...given: Partial<OptionsOf<F>> extends OptionsOf<F> ? [options?: Given<F, S>] : [options: Given<F, S>]
) => PolicyDecorator<R>;

const defined = new Map<string, Fields>();

/** What each factory makes. */
const decorators = new WeakMap<object, Decorator>();

/**
 * Defines a policy and registers its options as a group of settings. A definition with the name and fields of an
 * earlier one is a variant of it.
 * @returns the factory of its decorator
 * @throws {ConfigurationError} for a name, a group or an option that exists already, and a place that there is not
 */
export function definePolicy<const F extends Fields, S extends keyof F = never>(
  definition: PolicyDefinition<F, S>,
): PolicyFactory<F, S> {
  const { name, fields, shorthand } = definition;
  if (defined.get(name) !== fields) register(definition);
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
 * The same decorator with other defaults: settings of other groups stand for options that are not set. An option that
 * neither sets is null, and may be left out.
 * @param factory a decorator of holdfast, or one that `definePolicy` made
 * @param variant `isStep: true` if the method is one step of another decorated method, which counts its calls and emits
 * how they end
 * @throws {ConfigurationError} for anything else
 */
export function variantOf(
  factory: object,
  { defaults, isStep = false }: Required<Pick<Resolvable, 'defaults'>> & { readonly isStep?: boolean },
): (options?: Readonly<Record<string, unknown>>) => PolicyDecorator {
  const base = decorators.get(factory);
  if (!base) throw new ConfigurationError(['variantOf: expected a decorator that definePolicy made']);
  const others = Object.values(defaults ?? {}).map(([other]) => other);
  // When the class is defined, what the settings hold is not known yet.
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

function register<F extends Fields>({
  name,
  group,
  innerGroup = group,
  fields,
  place,
  contradictions,
}: Omit<PolicyDefinition<F>, 'shorthand'>): void {
  if (defined.has(name))
    throw new ConfigurationError([`definePolicy: a policy "${name}" is defined already; choose another name`]);
  const twice = Object.keys(commonOptions).find((option) => Object.hasOwn(fields, option));
  if (twice !== undefined)
    throw new ConfigurationError([`definePolicy: every policy has the option "${twice}"; rename that of "${name}"`]);
  const insert = placeInOrder(name, place);
  for (const each of new Set([group, innerGroup]))
    if (!isOwnGroup(each, fields))
      registerPolicyGroup(each, fields, (values) => contradictions?.(values as Partial<ResolvedOf<F>>) ?? []);
  insert();
  defined.set(name, fields);
}

/** Whether the group holds these very options: those of the library are known before their policies are defined. */
function isOwnGroup(name: string, fields: Fields): boolean {
  const found = groups.get(name);
  const { enabled, ...known } = found?.fields ?? {};
  const own = Object.entries(fields).filter(([, field]) => isData(field));
  return (
    enabled !== undefined &&
    own.length === Object.keys(known).length &&
    own.every(([option, field]) => (found?.copy === COPY ? known[option] === field : Object.hasOwn(known, option)))
  );
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
    bind: (options, site, owned, position, self) =>
      definition.bind(options as ResolvedOf<F> & CommonOptions, site, owned, position, self),
  };
}

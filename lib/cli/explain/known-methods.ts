import { type AnyClass, describe, type PolicyDescription } from '../../decorators/describe.js';
import { UsageError } from '../errors.js';
import { missingPackage } from '../missing-package.js';
import { byLikeness } from '../nearest.js';

/** The stack of each decorated method, by `Class.method`. */
export type Stacks = Readonly<Record<string, readonly PolicyDescription[]>>;

/** Printed if the package openai is not installed: the command only knows the methods of the two openai services. */
export const WITHOUT_OPENAI =
  'Methods: none. The two services of holdfast/openai need the package openai: npm install openai';

/** How many similar names an error lists. */
const NEAREST = 2;

/** The stacks of the decorated methods that the command knows; undefined if the package openai is not installed. */
export async function knownStacks(): Promise<Stacks | undefined> {
  const services = await knownServices();
  if (!services) return undefined;
  return Object.fromEntries(
    services.flatMap((Class) =>
      Object.entries(describe(Class)).map(([name, stack]) => [`${Class.name}.${name}`, stack]),
    ),
  );
}

/**
 * The stack of one method.
 * @throws {UsageError} if the method is unknown; the message names the most similar methods
 */
export async function stackOf(method: string): Promise<Stacks> {
  const stacks = await knownStacks();
  if (!stacks) {
    throw new UsageError(`the stack of "${method}" cannot be shown without the package openai: npm install openai`);
  }
  const stack = Object.hasOwn(stacks, method) ? stacks[method] : undefined;
  if (stack) return { [method]: stack };
  const near = byLikeness(method, Object.keys(stacks)).slice(0, NEAREST);
  throw new UsageError(`there is no decorated method "${method}" here; the nearest are ${near.join(' and ')}.`);
}

async function knownServices(): Promise<readonly AnyClass[] | undefined> {
  try {
    const [{ GenerationService }, { EmbeddingService }] = await Promise.all([
      import('../../openai/generation-service.js'),
      import('../../openai/embedding-service.js'),
    ]);
    return [GenerationService, EmbeddingService];
  } catch (error) {
    if (missingPackage(error) === 'openai') return undefined;
    throw error;
  }
}

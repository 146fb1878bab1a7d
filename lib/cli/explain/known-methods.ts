import { type AnyClass, describe, type PolicyDescription } from '../../decorators/describe.js';
import { EmbeddingService } from '../../openai/embedding-service.js';
import { GenerationService } from '../../openai/generation-service.js';
import { UsageError } from '../errors.js';

/** The stack of each decorated method, by `Class.method`. */
export type Stacks = Readonly<Record<string, readonly PolicyDescription[]>>;

const SERVICES: readonly AnyClass[] = [GenerationService, EmbeddingService];

/** How many near misses are named: one may be a coincidence. */
const NEAREST = 2;

/** Every decorated method that the command knows: those of the two services. */
export function knownStacks(): Stacks {
  return Object.fromEntries(
    SERVICES.flatMap((Class) =>
      Object.entries(describe(Class)).map(([name, stack]) => [`${Class.name}.${name}`, stack]),
    ),
  );
}

/**
 * The stack of one method.
 * @throws {UsageError} that names the nearest known ones
 */
export function stackOf(method: string): Stacks {
  const stacks = knownStacks();
  const stack = Object.hasOwn(stacks, method) ? stacks[method] : undefined;
  if (stack) return { [method]: stack };
  const near = Object.keys(stacks)
    .sort((a, b) => likeness(b, method) - likeness(a, method))
    .slice(0, NEAREST);
  throw new UsageError(`there is no decorated method "${method}" here; the nearest are ${near.join(' and ')}.`);
}

/** The share of letter pairs that two names have in common: Dice's coefficient, which forgives a wrong order of words. */
function likeness(a: string, b: string): number {
  const [first, second] = [pairsOf(a), pairsOf(b)];
  const common = [...first].filter((pair) => second.has(pair)).length;
  return (2 * common) / (first.size + second.size || 1);
}

function pairsOf(name: string): Set<string> {
  const letters = name.toLowerCase();
  return new Set(Array.from({ length: Math.max(0, letters.length - 1) }, (_, i) => letters.slice(i, i + 2)));
}

import { ConfigurationError } from '../core/errors.js';
import { ORDER, type PlaceInOrder, type PolicyName } from './decoration.js';
import { CIRCUIT, LIMIT } from './order.js';

/**
 * Finds the position of a decorator: right below `below`, or right above `above`.
 * @returns a function that inserts the decorator there
 * @throws {ConfigurationError} for an impossible position
 */
export function placeInOrder(policy: PolicyName, place: PlaceInOrder = {}): () => void {
  // Another copy of the package has inserted it.
  if (ORDER.includes(policy)) return () => undefined;
  const { below, above } = place;
  const unknown = [below, above].find((name) => name !== undefined && !ORDER.includes(name));
  const expected = `expected place: { below, above } with decorators of ${ORDER.join(' > ')}`;
  if (unknown !== undefined) throw new ConfigurationError([`definePolicy: "${policy}": ${expected}, got "${unknown}"`]);
  if (below === undefined && above === undefined)
    throw new ConfigurationError([`definePolicy: "${policy}": ${expected}, got none`]);
  const right = below === undefined ? 0 : ORDER.indexOf(below) + 1;
  // The time limit of all attempts stays right below the circuit.
  const from = below === CIRCUIT && above !== LIMIT ? right + 1 : right;
  const to = above === undefined ? from : ORDER.lastIndexOf(above);
  if (from > to)
    throw new ConfigurationError([
      `definePolicy: "${policy}": expected a place below "${below}" and above "${above}", but "${above}" stands above "${below}"`,
    ]);
  return () => void ORDER.splice(below === undefined ? to : from, 0, policy);
}

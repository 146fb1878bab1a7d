import { ConfigurationError } from '../core/errors.js';
import { show } from '../settings/show.js';

/** @throws {ConfigurationError} if `name` is not a non-empty string */
export function checkedName(of: string, name: unknown): string {
  if (typeof name === 'string' && name.trim() !== '') return name;
  throw new ConfigurationError([`${of}: expected a name, got ${show(name)}`]);
}

import { ConfigurationError } from '../core/errors.js';
import { show } from '../settings/show.js';

/** @throws {ConfigurationError} for anything but a name */
export function checkedName(of: string, name: unknown): string {
  if (typeof name === 'string' && name.trim() !== '') return name;
  throw new ConfigurationError([`${of}: expected a name, got ${show(name)}`]);
}

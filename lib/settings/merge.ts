import { ConfigurationError } from '../core/errors.js';
import { contradictionsOf } from './contradictions.js';
import type { Layers } from './resolve.js';
import type { Settings } from './schema.js';
import { layOver } from './tree.js';

/**
 * The settings with everything that was configured laid over them.
 * @throws {ConfigurationError} for settings that cannot both be meant
 */
export function mergeSettings({ loaded, configured }: Layers): Settings {
  const settings = layOver(loaded.settings, configured);
  const problems = contradictionsOf(settings);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return settings;
}

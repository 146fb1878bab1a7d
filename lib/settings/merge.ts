import { refuseContradictions } from './load.js';
import type { Layers } from './resolve.js';
import type { Settings } from './schema.js';

/**
 * The settings with everything that was configured laid over them.
 * @throws {ConfigurationError} for settings that cannot both be meant
 */
export function mergeSettings({ loaded, configured }: Layers): Settings {
  const merged: Record<string, object> = { ...loaded.settings };
  for (const tree of configured)
    for (const [group, values] of Object.entries(tree)) merged[group] = { ...merged[group], ...values };
  const settings = merged as unknown as Settings;
  refuseContradictions(settings);
  return settings;
}

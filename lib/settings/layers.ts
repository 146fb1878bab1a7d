import type { Problem } from './check.js';
import type { Settings, SettingsOverrides } from './schema.js';

/** Settings, and the layers that they come from. */
export interface LoadedSettings {
  /** All settings. Wrong values are left out. */
  readonly settings: Settings;
  readonly file: SettingsOverrides;
  readonly environment: SettingsOverrides;
  /** The path of the file as it was given; undefined if there is no file. */
  readonly path: string | undefined;
  /** True if the file is in the working directory, where other users may be able to write. */
  readonly isLocal: boolean;
  /** Wrong values and unknown keys. */
  readonly problems: readonly Problem[];
}

/** All layers of settings, except decorators. */
export interface Layers {
  readonly loaded: LoadedSettings;
  /** The settings that `configure()` set, the latest last. */
  readonly configured: readonly SettingsOverrides[];
}

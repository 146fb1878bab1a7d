import { isDeepStrictEqual } from 'node:util';
import { processEnvironment } from '../core/environment.js';
import type { ConfigurationError } from '../core/errors.js';
import { findFileAgain, type SettingsFile } from '../settings/file.js';
import { type LoadedSettings, loadWithOrigins } from '../settings/load.js';
import { type Version, versionOf } from './follower.js';

/** The file that was read last, right or wrong, and the version of it. */
export interface ReadFile extends SettingsFile {
  readonly version: Version;
}

/** The settings of the environment and the file: read once, and again when asked. */
export class SettingsSource {
  #file: ReadFile | undefined;
  #loaded: LoadedSettings | undefined;
  #refused: ConfigurationError | undefined;

  /** The file to follow. */
  get file(): ReadFile | undefined {
    return this.#file;
  }

  /** What was read last of all that was right. */
  get loaded(): LoadedSettings | undefined {
    return this.#loaded;
  }

  /** Why there is nothing that was right. */
  get refused(): ConfigurationError | undefined {
    return this.#refused;
  }

  /**
   * Reads again; what is refused changes nothing.
   * @param accept throws a ConfigurationError for what may not take the place of what is there
   * @returns whether any setting is another than before
   * @throws {ConfigurationError} that lists every problem
   */
  read(accept?: (candidate: LoadedSettings) => void): boolean {
    const candidate = this.#readFresh();
    if (this.#loaded) accept?.(candidate);
    const isNew = !isDeepStrictEqual(candidate.settings, this.#loaded?.settings);
    this.#loaded = candidate;
    this.#refused = undefined;
    return isNew;
  }

  #readFresh(): LoadedSettings {
    const file = findFileAgain(this.#file, processEnvironment());
    this.#file = file && { ...file, version: versionOf(file.absolute) };
    try {
      return loadWithOrigins({}, file);
    } catch (problems) {
      if (!this.#loaded) this.#refused = problems as ConfigurationError;
      throw problems;
    }
  }
}

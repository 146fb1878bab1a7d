import { isDeepStrictEqual } from 'node:util';
import { processEnvironment } from '../core/process.js';
import { findFileAgain, type SettingsFile } from '../settings/file.js';
import { groups } from '../settings/groups.js';
import type { Problem } from '../settings/check.js';
import type { LoadedSettings } from '../settings/layers.js';
import { loadWithOrigins, refuse } from '../settings/load.js';
import { problemsOf } from '../settings/problems.js';
import { type Version, versionOf } from './follower.js';

/** The file that was read last, valid or not, and its version. */
export interface ReadFile extends SettingsFile {
  readonly version: Version;
}

/** The settings of the environment and the file, read once and at each reload. */
export class SettingsSource {
  #file: ReadFile | undefined;
  #loaded: LoadedSettings | undefined;
  /** The number of groups when the settings were read. A key that was unknown then may be known since. */
  #groups = 0;

  /** The file to follow. */
  get file(): ReadFile | undefined {
    return this.#file;
  }

  /** The settings in effect, without wrong values; undefined if they must be read (again). */
  get loaded(): LoadedSettings | undefined {
    return this.#groups === groups.size ? this.#loaded : undefined;
  }

  /** Reads for the first time. Wrong values do not throw here: only their users fail. */
  first(): LoadedSettings {
    return (this.#loaded = this.#read());
  }

  /**
   * Reads again. Wrong settings are rejected and change nothing. But if only parts are wrong that were wrong before,
   * the rest applies.
   * @param accept throws a ConfigurationError for settings that must not replace the current ones
   * @returns true if any setting changed
   * @throws {ConfigurationError} that lists every problem
   */
  read(accept: (candidate: LoadedSettings) => void): boolean {
    const before = this.#loaded;
    const candidate = this.#read();
    const problems = problemsOf({ loaded: candidate, configured: [] });
    if (before && !isNoWorse(problems, before.problems)) refuse(problems);
    if (before) accept(candidate);
    this.#loaded = candidate;
    refuse(problems);
    return !isDeepStrictEqual([candidate.settings, candidate.problems], [before?.settings, before?.problems]);
  }

  #read(): LoadedSettings {
    const file = findFileAgain(this.#file, processEnvironment());
    this.#file = file && { ...file, version: versionOf(file.absolute) };
    this.#groups = groups.size;
    return loadWithOrigins({}, file);
  }
}

/** Whether only groups and sections are wrong that were wrong before. An unreadable file makes all of them wrong. */
function isNoWorse(problems: readonly Problem[], before: readonly Problem[]): boolean {
  return problems.every(({ path }) =>
    before.some(({ path: [group, section] }) => {
      if (group === undefined) return true;
      return group === path[0] && (group !== 'circuits' && group !== 'methods' ? true : section === path[1]);
    }),
  );
}

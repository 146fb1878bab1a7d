import { isDeepStrictEqual } from 'node:util';
import { processEnvironment } from '../core/environment.js';
import { findFileAgain, type SettingsFile } from '../settings/file.js';
import { groups } from '../settings/groups.js';
import type { Problem } from '../settings/check.js';
import { type LoadedSettings, loadWithOrigins, refuse } from '../settings/load.js';
import { problemsOf } from '../settings/problems.js';
import { type Version, versionOf } from './follower.js';

/** The file that was read last, right or wrong, and the version of it. */
export interface ReadFile extends SettingsFile {
  readonly version: Version;
}

/** The settings of the environment and the file: read once, and again when asked. */
export class SettingsSource {
  #file: ReadFile | undefined;
  #loaded: LoadedSettings | undefined;
  /** How many groups were known when they were read: what was unknown then may be known now. */
  #groups = 0;

  /** The file to follow. */
  get file(): ReadFile | undefined {
    return this.#file;
  }

  /** The settings in effect, wrong values left out. */
  get loaded(): LoadedSettings | undefined {
    return this.#groups === groups.size ? this.#loaded : undefined;
  }

  /** Reads for the first time: what is wrong fails only those who use it. */
  first(): LoadedSettings {
    return (this.#loaded = this.#read());
  }

  /**
   * Reads again. What is refused changes nothing, unless nothing is wrong in it that was right before.
   * @param accept throws a ConfigurationError for settings that may not replace those that are there
   * @returns whether any setting is another than before
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

/** Whether only those groups and sections are wrong that were wrong before. A file that cannot be read is all of them. */
function isNoWorse(problems: readonly Problem[], before: readonly Problem[]): boolean {
  return problems.every(({ path }) =>
    before.some(({ path: [group, section] }) => {
      if (group === undefined) return true;
      return group === path[0] && (group !== 'circuits' && group !== 'methods' ? true : section === path[1]);
    }),
  );
}

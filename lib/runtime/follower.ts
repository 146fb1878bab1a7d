import { type Stats, stat, statSync, unwatchFile, watchFile } from 'node:fs';
import { nodeModule } from '../core/without-node.js';

const INTERVAL_MS = 1000;

/** Identifies a version of a file: it differs after a write and after a replacement. Undefined if there is no file. */
export type Version = Pick<Stats, 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'> | undefined;

/** The version of a file; undefined if it is not a regular file. Call it before the file is read. */
export function versionOf(path: string): Version {
  try {
    const found = statSync(path);
    return found.isFile() ? found : undefined;
  } catch {
    // The next reader of the file reports the reason.
    return undefined;
  }
}

/** Calls back when a file has changed, and at SIGHUP. Keeps no process alive. */
export class Follower {
  #path: string | undefined;
  #read: Version;
  readonly #changed: () => void;
  readonly #asked: () => void;
  readonly #intervalMs: number;

  constructor(listeners: { readonly changed: () => void; readonly asked: () => void }, intervalMs = INTERVAL_MS) {
    // New functions, so that removing a listener of SIGHUP removes only its own.
    this.#changed = () => listeners.changed();
    this.#asked = () => listeners.asked();
    this.#intervalMs = intervalMs;
  }

  /**
   * Follows this file from now on, instead of the previous one.
   * @param path undefined to follow no file
   * @param read the version that has been read already: it causes no callback
   */
  follow(path: string | undefined, read?: Version): void {
    this.#read = read;
    if (path === this.#path) return;
    if (this.#path !== undefined) this.#leave(this.#path);
    this.#path = path;
    if (path === undefined) return;
    try {
      this.#watch(path);
    } catch {
      // Without access to the file, it cannot be followed.
      this.#path = undefined;
    }
  }

  #watch(path: string): void {
    // Polls once a second. inotify and the like would keep watching the old file after it is replaced, as editors and
    // deployments do, or after a link in its path is replaced, as Kubernetes does.
    watchFile(path, { interval: this.#intervalMs, persistent: false }, this.#look);
    // The watcher does not report changes before its first poll.
    stat(path, this.#look);
    if (hearsHangUp()) process.on('SIGHUP', this.#asked);
  }

  readonly #look = (): void => {
    // Checks the current version: the change that the watcher saw may have been read already.
    if (this.#path !== undefined && !isSame(versionOf(this.#path), this.#read)) this.#changed();
  };

  #leave(path: string): void {
    unwatchFile(path, this.#look);
    process.off('SIGHUP', this.#asked);
  }
}

/**
 * Whether SIGHUP means that the process must read its settings again. If one of the process's streams is a terminal,
 * SIGHUP means that the terminal was closed: then it must end the process, so nothing listens to it. Windows does not
 * use SIGHUP for reloads.
 */
export function hearsHangUp(
  platform: string = process.platform,
  isTerminal: (fd: number) => boolean = (fd) => nodeModule('node:tty').isatty(fd),
): boolean {
  return platform !== 'win32' && ![0, 1, 2].some(isTerminal);
}

function isSame(a: Version, b: Version): boolean {
  return (['ino', 'size', 'mtimeMs', 'ctimeMs'] as const).every((part) => a?.[part] === b?.[part]);
}

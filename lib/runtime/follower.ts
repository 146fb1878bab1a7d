import { type Stats, stat, statSync, unwatchFile, watchFile } from 'node:fs';
import { isatty } from 'node:tty';

const INTERVAL_MS = 1000;

/** What tells one version of a file from the next, whether it was written to or replaced. Undefined: there is no file. */
export type Version = Pick<Stats, 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'> | undefined;

/** The version of a file, to be asked before the file is read. Anything that is not a regular file has none. */
export function versionOf(path: string): Version {
  try {
    const found = statSync(path);
    return found.isFile() ? found : undefined;
  } catch {
    // Whoever reads it next says why it cannot be read.
    return undefined;
  }
}

/** Tells when a file has changed, and when SIGHUP asks for it to be read again. Keeps no process alive. */
export class Follower {
  #path: string | undefined;
  #read: Version;
  readonly #changed: () => void;
  readonly #asked: () => void;
  readonly #intervalMs: number;

  constructor(told: { readonly changed: () => void; readonly asked: () => void }, intervalMs = INTERVAL_MS) {
    // Functions of its own, by which it finds its listeners again.
    this.#changed = () => told.changed();
    this.#asked = () => told.asked();
    this.#intervalMs = intervalMs;
  }

  /**
   * Follows this file from now on, and no other; without one, none.
   * @param read the version that has been read, of which nothing need be told
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
      // Without access there is nothing to follow.
      this.#path = undefined;
    }
  }

  #watch(path: string): void {
    // Looked at once a second, because a watch by inotify or its like holds to a file that is no longer there once it
    // has been replaced by another, as editors and deployments do, or a link on the way to it, as Kubernetes does.
    watchFile(path, { interval: this.#intervalMs, persistent: false }, this.#look);
    // What has changed before the watcher's own first look would not be told.
    stat(path, this.#look);
    if (hearsHangUp()) process.on('SIGHUP', this.#asked);
  }

  readonly #look = (): void => {
    // Asked anew: what the watcher saw may have been read meanwhile.
    if (this.#path !== undefined && !isSame(versionOf(this.#path), this.#read)) this.#changed();
  };

  #leave(path: string): void {
    unwatchFile(path, this.#look);
    process.off('SIGHUP', this.#asked);
  }
}

/**
 * Whether SIGHUP asks a process to read its settings again. In a terminal it says that the terminal is gone, which ends
 * the process where nobody listens; and so it stays, be only one of its streams a terminal's. Windows has no such signal.
 */
export function hearsHangUp(
  platform: string = process.platform,
  isTerminal: (fd: number) => boolean = isatty,
): boolean {
  return platform !== 'win32' && ![0, 1, 2].some(isTerminal);
}

function isSame(a: Version, b: Version): boolean {
  return (['ino', 'size', 'mtimeMs', 'ctimeMs'] as const).every((part) => a?.[part] === b?.[part]);
}

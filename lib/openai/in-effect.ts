import { currentSettings, runtime } from '../runtime/runtime.js';
import type { Settings } from '../settings/schema.js';

/** What is made of the settings: at once, so that wrong ones are told, and anew whenever they have changed since. */
export function inEffect<T>(make: (settings: Settings) => T): () => T {
  let made = make(currentSettings());
  let { version } = runtime;
  return () => {
    if (version !== runtime.version) {
      made = make(currentSettings());
      version = runtime.version;
    }
    return made;
  };
}

import { runtime, settingsOf } from '../runtime/runtime.js';
import type { Settings } from '../settings/schema.js';

/** Something made of the settings: at once, so that wrong ones are thrown, and again whenever they have changed. */
export function inEffect<T>(make: (settings: Pick<Settings, 'openai'>) => T): () => T {
  let made = make({ openai: settingsOf('openai') });
  let { version } = runtime;
  return () => {
    if (version !== runtime.version) {
      made = make({ openai: settingsOf('openai') });
      version = runtime.version;
    }
    return made;
  };
}

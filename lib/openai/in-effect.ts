import { runtime, settingsOf } from '../runtime/runtime.js';
import type { Settings } from '../settings/schema.js';

/** A value made from the settings. It is made now, so that wrong settings throw now, and again after each change. */
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

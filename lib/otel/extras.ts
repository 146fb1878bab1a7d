import { isStrayPromise } from '../core/stray-promise.js';

/** Returns additional attributes for a method's metrics and spans. */
export type Extras = (of: { readonly method: string; readonly circuit?: string }) => Readonly<Record<string, string>>;

const NOTHING = Object.freeze({});

/** Calls the user's function once for each method. If it throws, the method gets no additional attributes. */
export function extrasOf(attributes: Extras | undefined): Extras {
  if (!attributes) return () => NOTHING;
  const known = new Map<string, Readonly<Record<string, string>>>();
  return (of) => {
    const key = `${of.method}\n${of.circuit ?? ''}`;
    let found = known.get(key);
    if (!found) {
      try {
        const given = attributes(of);
        found = isStrayPromise(given) ? NOTHING : Object.freeze({ ...given });
      } catch {
        found = NOTHING;
      }
      known.set(key, found);
    }
    return found;
  };
}

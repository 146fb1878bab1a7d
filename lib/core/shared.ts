import { warn } from './process.js';

/** Copies of the package with the same major version share their state. A spec compares it with package.json. */
const MAJOR = '0';

/** The key of the state by major version: a symbol that every copy finds. */
const REGISTRY = Symbol.for('holdfast.state');

type State = Map<string, unknown>;

const state = stateOfMajor();

/**
 * State that all copies of the package in a process share: the ES modules, the CommonJS build, and a second
 * installation. The copy that is loaded first creates it. Its objects may come from another copy: recognise them by a
 * brand or by their members.
 */
export function shared<T>(key: string, make: () => T): T {
  if (!state.has(key)) state.set(key, make());
  return state.get(key) as T;
}

function stateOfMajor(): State {
  const existing = Reflect.get(globalThis, REGISTRY) as Map<string, State> | undefined;
  const majors = existing ?? new Map<string, State>();
  // If the global object is frozen, each copy has its own state.
  if (!existing) Reflect.defineProperty(globalThis, REGISTRY, { value: majors });
  let stateOfThisMajor = majors.get(MAJOR);
  if (!stateOfThisMajor) {
    majors.set(MAJOR, (stateOfThisMajor = new Map()));
    if (majors.size === 2) warnAboutTwoVersions([...majors.keys()]);
  }
  return stateOfThisMajor;
}

function warnAboutTwoVersions(majors: readonly string[]): void {
  warn(
    `Versions ${majors.map((major) => `${major}.x`).join(' and ')} of holdfast are loaded in one process. Each has ` +
      'circuits, limits and settings of its own. See "npm ls holdfast", and install one version.',
    'HOLDFAST_TWO_VERSIONS',
  );
}

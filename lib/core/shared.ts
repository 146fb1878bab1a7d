/** Copies of the package with the same major version share their state. A spec compares it with package.json. */
const MAJOR = '0';

/** The state by major version, under a symbol that every copy finds. */
const REGISTRY = Symbol.for('holdfast.state');

type State = Map<string, unknown>;

const state = stateOfMajor();

/**
 * State that all copies of the package in a process share: the ES modules, the CommonJS build, and a second installation.
 * The copy that is loaded first makes it. What it holds may come from another copy: recognise it by a brand or by its
 * members.
 */
export function shared<T>(key: string, make: () => T): T {
  if (!state.has(key)) state.set(key, make());
  return state.get(key) as T;
}

function stateOfMajor(): State {
  const found = Reflect.get(globalThis, REGISTRY) as Map<string, State> | undefined;
  const majors = found ?? new Map<string, State>();
  // A global object that is frozen leaves each copy with a state of its own.
  if (!found) Reflect.defineProperty(globalThis, REGISTRY, { value: majors });
  let own = majors.get(MAJOR);
  if (!own) {
    majors.set(MAJOR, (own = new Map()));
    if (majors.size === 2) warnOfTwo([...majors.keys()]);
  }
  return own;
}

function warnOfTwo(majors: readonly string[]): void {
  globalThis.process?.emitWarning?.(
    `Versions ${majors.map((major) => `${major}.x`).join(' and ')} of holdfast are loaded in one process. Each has ` +
      'circuits, limits and settings of its own. See "npm ls holdfast", and install one version.',
    { type: 'HoldfastWarning', code: 'HOLDFAST_TWO_VERSIONS' },
  );
}

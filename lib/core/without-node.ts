// Replaces Node's modules in runtimes that lack them, such as edge workers. The published bundles import Node's modules
// through `nodeModule`, so that they load in every runtime: see scripts/bundle.js.

/** Without files there is no settings file. */
const noFile = (): never => {
  throw Object.assign(new Error('This runtime has no files.'), { code: 'ENOENT' });
};

/** Without async context, `currentSignal()` is undefined. */
class NoStorage {
  getStore(): undefined {
    return undefined;
  }

  run<T>(_store: unknown, callback: () => T): T {
    return callback();
  }

  disable(): void {}
}

/** No object is an instance of it. */
class NoStream {}

class NoResource {
  runInAsyncScope<T>(callback: () => T): T {
    return callback();
  }
}

const noChannel = Object.freeze({ hasSubscribers: false, publish: () => undefined });

const storage = (): unknown => Reflect.get(globalThis, 'AsyncLocalStorage') ?? NoStorage;

/** The substitute of each module that the entry point `holdfast` imports. */
const SUBSTITUTES: Readonly<Record<string, () => object>> = {
  // Vercel's edge runtime has AsyncLocalStorage as a global.
  'node:async_hooks': () => ({ AsyncLocalStorage: storage(), AsyncResource: NoResource }),
  'node:diagnostics_channel': () => ({ channel: () => noChannel }),
  'node:fs': () => ({
    constants: {},
    existsSync: () => false,
    readFileSync: noFile,
    openSync: noFile,
    statSync: noFile,
  }),
  'node:module': () => ({}),
  'node:os': () => ({ constants: { errno: {} } }),
  'node:path': () => ({ resolve: (path: string) => path, dirname: () => '.' }),
  'node:stream': () => ({ Readable: NoStream, Writable: NoStream }),
  'node:tty': () => ({ isatty: () => false }),
  'node:url': () => ({}),
  'node:util': () => ({
    isDeepStrictEqual: (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b),
    // Only the engine knows. A function that may be something else is called more carefully.
    types: { isAsyncFunction: () => false },
  }),
};

/** What is taken from Node at the moment of its use. */
interface LateModules {
  readonly 'node:module': typeof import('node:module');
  readonly 'node:os': typeof import('node:os');
  readonly 'node:stream': typeof import('node:stream');
  readonly 'node:tty': typeof import('node:tty');
}

/** The names of the modules that have a substitute. */
export const REPLACEABLE: readonly string[] = Object.keys(SUBSTITUTES);

/**
 * A module of Node, or its substitute. An import would load the module together with the library: one that takes long to
 * load and is seldom needed comes from here, at the moment of its use.
 */
export function nodeModule<Name extends keyof LateModules>(name: Name): LateModules[Name];
export function nodeModule(name: string): object;
export function nodeModule(name: string): object {
  return builtinModule(name) ?? SUBSTITUTES[name]?.() ?? {};
}

function builtinModule(name: string): object | undefined {
  try {
    return globalThis.process?.getBuiltinModule?.(name);
  } catch {
    // Some runtimes throw for modules that they lack.
    return undefined;
  }
}

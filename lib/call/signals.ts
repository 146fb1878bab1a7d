/**
 * The caller's signal among the arguments: the first `AbortSignal`, or the `signal` of an options object. Undefined if
 * there is none.
 */
export function findSignal(args: readonly unknown[]): AbortSignal | undefined {
  // Every call runs this, most with one argument, and a loop costs more than the look at it.
  if (args.length === 1) return signalOf(args[0]);
  for (const arg of args) {
    const found = signalOf(arg);
    if (found) return found;
  }
  return undefined;
}

function signalOf(arg: unknown): AbortSignal | undefined {
  if (typeof arg !== 'object' && typeof arg !== 'function') return undefined;
  return isSignal(arg) ? arg : signalIn(arg);
}

function signalIn(arg: object | null): AbortSignal | undefined {
  try {
    const { signal } = (arg ?? {}) as { readonly signal?: unknown };
    return isSignal(signal) ? signal : undefined;
  } catch {
    return undefined;
  }
}

/** Checks the shape, because signals of other realms and polyfills have another class. */
export function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
    return (
      typeof aborted === 'boolean' &&
      typeof addEventListener === 'function' &&
      typeof removeEventListener === 'function'
    );
  } catch {
    // A proxy may throw.
    return false;
  }
}

/**
 * Why an aborted signal aborted. A signal of an old polyfill does not say: then an `AbortError`, as from
 * `new AbortController().abort()`.
 */
export function reasonOf({ reason }: AbortSignal): unknown {
  return reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
}

/** The single listener that all calls with the same signal share. */
class Hub {
  readonly listeners = new Set<() => void>();
  readonly fire = (): void => {
    // A listener may remove another one, which is then not called.
    for (const listener of [...this.listeners]) if (this.listeners.has(listener)) listener();
  };
}

const hubs = new WeakMap<AbortSignal, Hub>();

/** Calls `listener` when the signal aborts. Returns a function that stops listening. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let hub = hubs.get(signal);
  if (!hub) hubs.set(signal, (hub = new Hub()));
  const { listeners, fire } = hub;
  if (listeners.size === 0) signal.addEventListener('abort', fire);
  listeners.add(listener);
  return () => {
    if (listeners.delete(listener) && listeners.size === 0) signal.removeEventListener('abort', fire);
  };
}

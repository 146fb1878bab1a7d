// What the library uses of the process. Runtimes at the edge have none, or one whose members throw: in Next.js's edge
// runtime each is a function that says only that it is not supported.

/** The environment variables; none in runtimes without a process. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return globalThis.process?.env ?? {};
}

/** Emits a `HoldfastWarning`. Does nothing where the runtime has no warnings. */
export function warn(text: string, code?: string): void {
  attempt((own) => own.emitWarning(text, { type: 'HoldfastWarning', code }));
}

/** Calls the listener when the process ends, until `stopListeningToExit`. Does nothing where no process ends. */
export function listenToExit(listener: () => void): void {
  attempt((own) => own.once('exit', listener));
}

export function stopListeningToExit(listener: () => void): void {
  attempt((own) => own.removeListener('exit', listener));
}

function attempt(use: (own: NodeJS.Process) => void): void {
  try {
    use(globalThis.process);
  } catch {
    // The runtime lacks it.
  }
}

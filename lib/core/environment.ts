/** The environment variables; none in runtimes without a process. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return globalThis.process?.env ?? {};
}

/** The name of the package that an import did not find; undefined for any other error. */
export function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined;
  // If a path is missing, it is a file of holdfast: a bug, not a missing package.
  return /^Cannot find (?:package|module) '([^'./\\][^':\\]*)'/.exec(message)?.[1];
}

/** The name of the package that an import did not find; undefined for every other error. */
export function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined;
  // A path is a file of ours that is missing: a bug, and no package.
  return /^Cannot find (?:package|module) '([^'./\\][^':\\]*)'/.exec(message)?.[1];
}

/** True if the store does not know the script's hash, for example after a restart or on another node. */
export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

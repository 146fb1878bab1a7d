/** Whether the store has no script of that hash: after a restart, or on another node. */
export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

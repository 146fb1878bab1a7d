/** A mistake on the command line or in a file that it names. The message is one line that says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not do its work, whatever is typed. The message is one line; it holds no text of others. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/**
 * A mistake of the user on the command line or in a file that it names. The message is one line that says what to write
 * instead.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The command failed although the command line is correct. The message is one line, without text from other programs.
 */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

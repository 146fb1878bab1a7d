/** The command line asks for what there is not: told in one line, with no stack. */
export class UsageError extends Error {}

/** Ctrl-C. */
export class Interrupted extends Error {}

/** How the command can end: as the command `holdfast` does. */
export const EXIT = { good: 0, failed: 1, misused: 2, interrupted: 130 };

/** How the command can end. */
export const EXIT = {
  good: 0,
  /** The work failed, and another command line would not have helped: the upstream does not answer. */
  failed: 1,
  /** The command line, a file that it names or a setting is wrong. */
  misused: 2,
  /** Ctrl-C: 128 plus the number of the signal, as in shells. */
  interrupted: 130,
} as const;

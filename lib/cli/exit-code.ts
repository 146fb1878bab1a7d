/** The exit codes of the command. */
export const EXIT = {
  good: 0,
  /** The work failed although the command line is correct; for example, the upstream does not answer. */
  failed: 1,
  /** The command line, a file that it names or a setting is wrong. */
  misused: 2,
  /** Ctrl-C: 128 plus the number of the signal, as in shells. */
  interrupted: 130,
} as const;

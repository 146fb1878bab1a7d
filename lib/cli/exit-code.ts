/** How the command can end. */
export const EXIT = {
  good: 0,
  /** Something failed that a better command line would not have mended, such as the upstream. */
  failed: 1,
  /** The command line, a file that it names or a setting is wrong. */
  misused: 2,
  /** Ctrl-C: 128 and the number of the signal, as shells have it. */
  interrupted: 130,
} as const;

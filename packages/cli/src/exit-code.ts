/** What a command tells the shell. Frozen: scripts depend on it. */
export const ExitCode = {
  /** Did what was asked. */
  done: 0,
  /** A finding: verification failed, nothing found with `--expect`, some records could not be imported. */
  finding: 1,
  /** The command line, the configuration or the request was wrong. */
  usage: 2,
  /** The server (or the folder) could not be reached, or did not answer in time. */
  unreachable: 3,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
